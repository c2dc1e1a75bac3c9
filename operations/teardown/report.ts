import { rules, type Left } from "./leaves.ts";
import type { StateResource } from "./state.ts";

export interface Teardown {
  readonly stack: string;
  /** In its state; what a stack has only read is not counted. */
  readonly resources: number;
  readonly left: readonly Left[];
  /** Resources beyond those that destroy forgets and leaves, by type: parts of the above, mostly. */
  readonly alsoKept: readonly { readonly type: string; readonly count: number }[];
  /** `pulumi destroy` refuses as a whole while one of them is protected. */
  readonly protectedBy: number;
  /** What a person types who means it, one for each protected resource. */
  readonly unprotect: readonly string[];
}

/** What `pulumi destroy` of this state would leave. Nothing is changed, and nobody is asked. */
export function teardownOf(
  stack: string,
  resources: readonly StateResource[],
  today: Date,
): Teardown {
  const place = { all: resources, today };
  const left = resources.flatMap((each) => rules[each.type]?.(each, place) ?? []);
  const kept = new Map<string, number>();
  for (const { type, retainOnDelete, custom } of resources) {
    if (retainOnDelete && custom && !(type in rules)) kept.set(type, (kept.get(type) ?? 0) + 1);
  }
  const isProtected = resources.filter(({ protect }) => protect);
  return {
    stack,
    resources: resources.length,
    left,
    alsoKept: [...kept]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, count]) => ({ type, count })),
    protectedBy: isProtected.length,
    unprotect: isProtected.map(
      ({ urn }) => `pulumi state unprotect --stack ${stack} --yes '${urn}'`,
    ),
  };
}
