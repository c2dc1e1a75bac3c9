import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";

/** What the bootstrap of a Job's pod writes once its command has ended well. */
export const jobRecord = z.object({
  job: z.string(),
  uid: z.string(),
  command: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  result: z.unknown(),
});

export interface JobResult {
  readonly result: unknown;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** ISO 8601, UTC. */
  readonly finishedAt: string;
}

export default defineCommand({
  name: "job-result",
  summary: "Reads the result that a Job has stored in the control bucket",
  params: z.object({
    key: z.string().describe("the object's key"),
    uid: z
      .string()
      .describe("of the Job: what an earlier one of this name stored is not its result"),
  }),
  async run(connection, { key, uid }): Promise<JobResult> {
    const { control } = requireParts(connection, ["control"]);
    const store = new ObjectStore(control);
    const where = `${control.bucket}/${key}`;
    try {
      const text = await store.getText(control.bucket, key);
      if (text === undefined) {
        throw new UserError(
          `the Job has stored no result at ${where}, although it ended well: the control bucket that it ` +
            "writes to and the one of this stack are not the same. Compare their addresses.",
        );
      }
      const record = jobRecord.safeParse(parsed(text));
      if (!record.success || record.data.uid !== uid) {
        throw new UserError(
          `${where} is not the result of this Job (${uid}), but ` +
            `${record.success ? `of ${record.data.uid}` : "something else"}. Run \`pulumi up\` again; if that ` +
            "does not help, delete the Job, and it runs anew.",
        );
      }
      const { result, startedAt, finishedAt } = record.data;
      return { result, startedAt, finishedAt };
    } finally {
      store.close();
    }
  },
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
