import { z } from "zod";
import { defineCommand, UserError } from "../command.ts";
import { requireParts } from "../connection.ts";
import { ensureBucket, type BucketLock } from "../vault/buckets.ts";
import { GatewayUsers } from "../vault/gateway.ts";
import { parseUserName } from "../vault/policies.ts";
import { ObjectStore } from "../vault/s3.ts";
import { endpointOf } from "../s3-access.ts";
import { applyPolicies, bucketsOf } from "../vault/users.ts";

const params = z.object({
  lockDays: z
    .int()
    .positive()
    .default(7)
    .describe("days for which no object version of backups and archive can be deleted"),
  lockMode: z
    .enum(["GOVERNANCE", "COMPLIANCE"])
    .default("GOVERNANCE")
    .describe("COMPLIANCE: not even the account's root can delete earlier"),
  users: z
    .record(z.string(), z.string().min(16))
    .default({})
    .describe(
      "secret of each login by name (archiver-e1, backup-e1, wal-e1, lease-e1, recovery, …)",
    ),
});

/** What the command made of one region's S3 server. */
export interface VaultResult {
  readonly endpoint: string;
  readonly buckets: readonly string[];
  /** Secret. */
  readonly users: Readonly<Record<string, { accessKeyId: string; secretAccessKey: string }>>;
  /** Logins that a fence has taken everything from; they stay refused. */
  readonly revoked: readonly string[];
}

/**
 * Sets up one region's part of the vault on its S3 server (the connection holds the server's root
 * login). On aws the stack's own IAM resources do this.
 */
export default defineCommand({
  name: "vault",
  summary: "Make one region's buckets, logins and policies of the vault (local platform)",
  params,
  async run(connection, { lockDays, lockMode, users }, reporter): Promise<VaultResult> {
    const { vault, control, platform } = requireParts(connection, ["vault"]);
    if (platform !== "local") {
      throw new UserError(
        `the vault of stack "${connection.stack}" is on ${platform}: its buckets and logins are resources ` +
          "of the stack itself. Change them there and run `pulumi up`.",
      );
    }
    for (const name of Object.keys(users)) {
      if (parseUserName(name) === undefined) {
        throw new UserError(
          `"${name}" is no login of the vault: its rights come from its name. Write one of ` +
            "archiver-eN, backup-eN, wal-eN, lease-eN (N is the epoch), recovery (each may end in a dash and " +
            "its stack's owner, 8 hex digits; a drill's begin with its line and a dash), " +
            "replicator-reader, replicator-writer.",
        );
      }
    }
    const store = new ObjectStore(vault);
    try {
      const buckets = bucketsOf(vault, control);
      const lock: BucketLock = { mode: lockMode, days: lockDays };
      for (const [purpose, bucket] of Object.entries(buckets)) {
        const { created } = await ensureBucket(
          store,
          bucket,
          purpose === "control" ? undefined : lock,
        );
        reporter.progress(`bucket ${bucket}: ${created ? "made" : "there"}`);
      }
      const gateway = new GatewayUsers(vault);
      for (const [name, secret] of Object.entries(users)) await gateway.put(name, secret);
      const revoked = await applyPolicies(store, buckets, control);
      reporter.progress(`${Object.keys(users).length} logins, ${revoked.length} revoked`);
      return {
        endpoint: endpointOf(vault),
        buckets: Object.values(buckets),
        users: Object.fromEntries(
          Object.entries(users).map(([name, secretAccessKey]) => [
            name,
            { accessKeyId: name, secretAccessKey },
          ]),
        ),
        revoked,
      };
    } finally {
      store.close();
    }
  },
});
