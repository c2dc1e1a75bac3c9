import { createHash } from "node:crypto";
import { z } from "zod";
import { UserError } from "./command.ts";
import { canonicalJson } from "./ledger/canonical.ts";

/** The two operations of the control bucket that step records need (`openControl` has them). */
export interface StepStore {
  /** For messages: where the records are. */
  readonly where: string;
  read(key: string): Promise<string | undefined>;
  /** Creates the object; false when the key exists: of any number of racing callers one gets true. */
  create(key: string, body: string): Promise<boolean>;
}

/** One step of one recovery: where its record is, `{line}/steps/{recoveryId}/{step}.json`. */
export interface StepKey {
  readonly line: string;
  readonly recoveryId: string;
  readonly step: string;
}

const recordSchema = z.object({
  step: z.string(),
  recoveryId: z.string(),
  /** sha256 of the inputs as canonical JSON. */
  inputHash: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  result: z.unknown(),
});

export interface StepOutcome<Result> {
  /** As JSON gives it back, whether it ran now or before. */
  readonly result: Result;
  /** True when the record was there: nothing ran. */
  readonly reused: boolean;
}

/**
 * Runs a step of a recovery once. Its result is written when it has finished, by a conditional PUT
 * under a deterministic key: a step that was killed half-way runs again (so it must be safe to
 * repeat), one that has finished returns its record, and of two operators who race both get the
 * first one's result.
 * @param inputs what decides the result; not addresses or logins, which may change between runs.
 * @throws UserError when the record was made from other inputs: one recovery id, one set of inputs.
 */
export async function runStep<Result>(
  store: StepStore,
  key: StepKey,
  inputs: unknown,
  run: () => Promise<Result>,
): Promise<StepOutcome<Result>> {
  const inputHash = createHash("sha256").update(canonicalJson(inputs)).digest("hex");
  const path = `${key.line}/steps/${key.recoveryId}/${key.step}.json`;
  const former = await readRecord<Result>(store, path, key, inputHash);
  if (former) return former;
  const startedAt = new Date().toISOString();
  const result = await run();
  const record = {
    step: key.step,
    recoveryId: key.recoveryId,
    inputHash,
    startedAt,
    finishedAt: new Date().toISOString(),
    result: result ?? null,
  };
  const body = `${JSON.stringify(record, undefined, 2)}\n`;
  if (await store.create(path, body)) {
    return { result: (JSON.parse(body) as { result: Result }).result, reused: false };
  }
  const winner = await readRecord<Result>(store, path, key, inputHash);
  if (!winner) throw new Error(`${path} in ${store.where} exists and cannot be found`);
  return winner;
}

async function readRecord<Result>(
  store: StepStore,
  path: string,
  { step, recoveryId }: StepKey,
  inputHash: string,
): Promise<StepOutcome<Result> | undefined> {
  const text = await store.read(path);
  if (text === undefined) return undefined;
  const parsed = recordSchema.safeParse(jsonOrUndefined(text));
  if (!parsed.success) {
    throw new UserError(
      `the record ${path} in ${store.where} is not a step's record: it was altered. Whether "${step}" ` +
        "was done is not known. Restore the object's first version (the bucket is versioned), or recover " +
        "under a new recovery id.",
    );
  }
  if (parsed.data.inputHash !== inputHash) {
    throw new UserError(
      `the step "${step}" of recovery "${recoveryId}" was already done at ${parsed.data.finishedAt} ` +
        "with other inputs, and its result stands. Go on with those inputs, or begin another recovery: " +
        "set a new recovery id.",
    );
  }
  return { result: parsed.data.result as Result, reused: true };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
