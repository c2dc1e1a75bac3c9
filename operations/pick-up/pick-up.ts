import { UserError } from "../../scripts/command.ts";
import { nameToAsk, type Find } from "./arns.ts";
import { importOf, unfinishedIn } from "./pending.ts";

/** Runs `pulumi` with these arguments, on the project. */
export type Pulumi = (
  args: readonly string[],
) => Promise<{ readonly exitCode: number; readonly text: string }>;

export interface PickedUp {
  /** Was made, and is in the state now. */
  readonly taken: readonly string[];
  /** Was not made: the next `up` does it. */
  readonly absent: readonly string[];
  /** Cannot be found by a name: the next `up` makes it, and the first one stays if it was made. */
  readonly again: readonly string[];
}

/**
 * Takes into the state what an `up` that was killed had begun to make and what is there; then forgets that it had begun.
 * Killed itself, it goes on: what is in the state already is not pending for the next one.
 *
 * @param find gives the ARN of what is imported by it
 * @throws UserError when it cannot be told of one whether it is there; nothing is forgotten then
 */
export async function pickUp(pulumi: Pulumi, stack: string, find: Find): Promise<PickedUp> {
  const where = `the state of stack "${stack}"`;
  const run = async (args: readonly string[], what: string) => {
    const { exitCode, text } = await pulumi(args);
    if (exitCode !== 0) throw new UserError(`Pulumi does not ${what}: ${text.trim()}`);
    return text;
  };
  const exported = await run(["stack", "export", "--stack", stack], `give ${where}`);
  const found = { taken: [] as string[], absent: [] as string[], again: [] as string[] };
  const known = new Set(urnsIn(exported));
  const unfinished = unfinishedIn(exported, where);
  for (const each of unfinished) {
    const { urn } = each;
    if (known.has(urn)) continue;
    const id = each.id ?? (await find(each));
    if (id === undefined) {
      (nameToAsk(each) === undefined ? found.again : found.absent).push(urn);
      continue;
    }
    const { exitCode, text } = await pulumi(importOf(stack, each, id));
    if (exitCode === 0) found.taken.push(urn);
    else if (/does not exist|not found/i.test(text)) found.absent.push(urn);
    else {
      throw new UserError(
        `it cannot be told whether ${urn} was made (id ${id}): ${text.trim()}\nNothing is forgotten: correct that, ` +
          `then run this again.`,
      );
    }
  }
  if (unfinished.length > 0) {
    const root = urnsIn(exported).find((urn) => urn.includes("::pulumi:pulumi:Stack::"));
    const only = root === undefined ? [] : ["--target", root];
    const clear = ["--yes", "--skip-preview", "--clear-pending-creates", ...only];
    await run(["refresh", "--stack", stack, ...clear], "forget the creations that are settled");
  }
  return found;
}

function urnsIn(exported: string): readonly string[] {
  const { deployment } = JSON.parse(exported) as {
    deployment: { resources?: { urn: string }[] };
  };
  return (deployment.resources ?? []).map(({ urn }) => urn);
}
