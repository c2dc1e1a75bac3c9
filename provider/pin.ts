import { z } from "zod";
import { UserError } from "../lib/user-error.ts";
import type { Created, DiffRequest, DiffResult, Resource } from "./resource.ts";
import { changedNames, hasUnknown } from "./values.ts";
import type { Properties } from "./values.ts";

const schema = z.strictObject({
  setting: z.string().min(1),
  value: z.string().min(1),
  because: z.string().min(1),
});
type PinInputs = z.infer<typeof schema>;

/**
 * `recover:index:Pin`: a setting that a stack keeps for its whole life. Another value is refused in the preview, with
 * nothing changed.
 */
export const pinResource: Resource = {
  check(news) {
    const issues = schema.safeParse(news).error?.issues ?? [];
    return issues
      .map((issue) => ({ property: String(issue.path[0] ?? ""), reason: issue.message }))
      .filter(({ property }) => !hasUnknown(news[property]));
  },

  diff({ olds, news, refreshing }: DiffRequest): Promise<DiffResult> {
    const before = olds as unknown as PinInputs;
    const { setting, value, because } = news as unknown as PinInputs;
    if (before.value !== value && !refreshing) {
      throw new UserError(
        `recover:${setting} is "${value}", and this stack was made with "${before.value}": ${because} Write ` +
          `"${before.value}" again, or use another stack.`,
      );
    }
    // Only what is said about it.
    return Promise.resolve({ changes: changedNames(olds, news) });
  },

  create(news): Promise<Created> {
    return Promise.resolve({ id: (news as unknown as PinInputs).setting, outputs: news });
  },

  read: (_id, state): Promise<Properties> => Promise.resolve(state),

  update: ({ news }): Promise<Properties> => Promise.resolve(news),

  delete: () => Promise.resolve(),
};
