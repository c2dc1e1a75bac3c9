import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { connectionSchema, type Connection } from "../../scripts/connection.ts";
import { checkClaim, claim } from "../../scripts/fence/claim.ts";
import { createFence } from "../../scripts/fence/epoch.ts";
import { FakeClock, MemoryControl } from "../../scripts/fence/fixture.ts";
import { gate } from "../../scripts/fence/gate.ts";
import { moveControl } from "../../scripts/fence/move.ts";
import { controlBucket } from "../../scripts/s3-access.ts";

type Inputs = Readonly<Record<string, unknown>>;

/** A control bucket in a file: what a stack writes there, the next one reads. */
class FileControl extends MemoryControl {
  readonly #path: string;

  constructor(folder: string, bucket: string) {
    super();
    mkdirSync(folder, { recursive: true });
    this.#path = join(folder, `${bucket}.json`);
    if (!existsSync(this.#path)) return;
    const found = JSON.parse(readFileSync(this.#path, "utf8")) as Record<string, string>;
    for (const [key, body] of Object.entries(found)) this.objects.set(key, body);
  }

  override async create(key: string, body: string): Promise<boolean> {
    const created = await super.create(key, body);
    this.#save();
    return created;
  }

  override async write(key: string, body: string): Promise<void> {
    await super.write(key, body);
    this.#save();
  }

  #save(): void {
    writeFileSync(this.#path, JSON.stringify(Object.fromEntries(this.objects)));
  }
}

const asked = z.object({
  command: z.string(),
  connection: z.unknown(),
  params: z.record(z.string(), z.unknown()).default({}),
});
const moveParams = z.object({ from: controlBucket });

/** A stack's id, which is no secret. Begins with other characters in each stack, as a random one does. */
export function ownerOf(stack: string): string {
  return createHash("sha256").update(stack).digest("hex").slice(0, 32);
}

/**
 * Who holds the line is decided by the real code, over a stand-in of the control buckets: gate, claim, move, and the
 * fence's record, where the real fence has taken permissions away as well.
 *
 * @param folder of the buckets
 * @param observe only refuse, as in a preview
 * @returns undefined for every other step
 */
export async function decided(
  folder: string,
  resource: string,
  inputs: Inputs,
  observe: boolean,
): Promise<object | undefined> {
  const { command, connection, params } = asked.parse(inputs);
  const isFence = command === "job-result" && resource === "recovery-fence-result";
  if (!["gate", "claim", "move-control"].includes(command) && !isFence) return undefined;
  const me = connectionSchema.parse(connection);
  const store = new FileControl(folder, me.control?.bucket ?? "");
  switch (command) {
    case "gate":
      return gate(store, me, new FakeClock(), {
        recoveryId: String(params["recoveryId"]),
        observe,
        ...(typeof params["takeoverReason"] === "string"
          ? { takeoverReason: params["takeoverReason"] }
          : {}),
      });
    case "claim":
      return observe || params["observe"] === true ? checkClaim(store, me) : claim(store, me);
    case "move-control": {
      const { from } = moveParams.parse(params);
      const old = new FileControl(folder, from.bucket);
      return moveControl(old, store, me, { observe: observe || params["observe"] === true });
    }
    default:
      if (observe) return undefined;
      return { result: await fence(store, me) };
  }
}

async function fence(store: FileControl, me: Connection): Promise<object> {
  const { epoch, owner, stack, role, region, line } = me;
  const { record } = await createFence(store, line, {
    epoch,
    owner,
    stack,
    role,
    region,
    recoveryId: `failover-${owner.slice(0, 8)}`,
    kind: "lease",
    reason: "a test",
  });
  return record;
}

/** The line's fences in a bucket: stack by epoch. */
export function fencesIn(folder: string, bucket: string): Readonly<Record<string, string>> {
  const { objects } = new FileControl(folder, bucket);
  return Object.fromEntries(
    [...objects]
      .filter(([key]) => key.startsWith("main/fence/"))
      .map(([, body]) => JSON.parse(body) as { epoch: number; stack: string })
      .map(({ epoch, stack }) => [String(epoch), stack]),
  );
}
