import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { defineStandaloneCommand, UserError } from "../../scripts/command.ts";
import { addedBy, policiesFor, type Policy } from "../iam/policy.ts";
import { table } from "../iam/table.ts";
import { openStack } from "../stack/open.ts";

const params = z.object({
  onTheDay: z
    .boolean()
    .default(false)
    .describe("standby: only what a failover adds to its pilot light; it makes nothing of IAM"),
  folder: z.string().optional().describe("write each policy there as NAME.json"),
});

export interface IamPolicies {
  readonly stack: string;
  readonly policies: readonly Policy[];
  /** Pages that the actions were looked up in. */
  readonly references: readonly string[];
}

/** Asks nobody: the policies follow from the types of resources that the stack's program asks for. */
export default defineStandaloneCommand({
  name: "iam-policy",
  summary: "Prints the IAM policies that `pulumi up` of a stack needs",
  params,
  async run(stack, { onTheDay, folder }): Promise<IamPolicies> {
    const all = await openStack(stack, onTheDay ? { instead: { mode: "failover" } } : {});
    if (onTheDay && all.settings.role !== "standby") {
      throw new UserError(
        `stack "${all.name}" is a primary: only a standby has a day. Leave --on-the-day out.`,
      );
    }
    const asked = onTheDay
      ? addedBy(all.asked, (await openStack(stack, { instead: { mode: "pilot-light" } })).asked)
      : all.asked;
    const policies = policiesFor({
      stack: all.name,
      settings: all.settings,
      asked,
      all: all.asked,
      failover: onTheDay,
    });
    if (folder !== undefined) {
      for (const { name, document } of policies) {
        writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(document, null, 2)}\n`);
      }
    }
    return { stack: all.name, policies, references: referencesOf(asked.map(({ type }) => type)) };
  },
});

function referencesOf(types: readonly string[]): string[] {
  const pages = types.flatMap((type) => table[type]?.reference ?? []);
  return [...new Set(pages)]
    .sort()
    .map(
      (page) =>
        `https://docs.aws.amazon.com/service-authorization/latest/reference/list_${page}.html`,
    );
}
