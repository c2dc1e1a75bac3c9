import { history } from "../../stacks/history.ts";
import { recoverable, type Recoverable } from "../../stacks/settings/parts.ts";
import type { StateResource } from "../teardown/state.ts";

/**
 * What a state still protects of engines that were lost and brought back beside themselves: the program has the new
 * ones alone, and Pulumi refuses to let go of what is protected.
 *
 * @param recoveries the stack's setting of that name, with the recovery that is about to be made
 */
export function lostResources(
  resources: readonly StateResource[],
  recoveries: readonly Recoverable[],
): readonly StateResource[] {
  return recoverable.options.flatMap((engine) => {
    const current = history({ recoveries: [...recoveries] })
      .filter((each) => each.engine === engine)
      .map(({ label }) => `${engine}-${label}`);
    const former = [engine, ...current].slice(0, -1);
    const newest = current.at(-1);
    if (newest === undefined) return [];
    return resources.filter(
      ({ name, protect }) =>
        protect && former.some((each) => isOf(each, name)) && !isOf(newest, name),
    );
  });
}

/** Children of a component begin with its name. */
const isOf = (component: string, name: string) => name.startsWith(`${component}-`);
