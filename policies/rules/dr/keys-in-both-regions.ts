import { z } from "zod";
import { takesOver } from "../../model/consumers.ts";
import type { Resource } from "../../model/resource.ts";
import type { Stack } from "../../model/stack.ts";
import { NotKnown } from "../../model/value.ts";
import {
  advice,
  decide,
  defineRule,
  notApplicable,
  pass,
  violation,
  type Outcome,
} from "../../rule.ts";
import { aws } from "../../types.ts";

/** Where each store names the key that it is encrypted with. */
const keyOf: Readonly<Record<string, string>> = {
  [aws.dbInstance]: "kmsKeyId",
  [aws.dbCluster]: "kmsKeyId",
  [aws.bucketEncryption]: "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
  [aws.mskCluster]: "encryptionInfo.encryptionAtRestKmsKeyArn",
  [aws.secret]: "kmsKeyId",
  [aws.backupVault]: "kmsKeyArn",
};

export default defineRule({
  id: "dr-keys-in-both-regions",
  severity: "critical",
  title: "What is encrypted can be decrypted in the other region",
  remediation:
    "Make the key with `multiRegion: true` and an `aws.kms.ReplicaKey` by a provider of the other region, or make a key of its own there.",
  covers: ["DR-09"],
  url: "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
  config: z.strictObject({}),
  check: ({ stack }) => {
    const users = Object.entries(keyOf).flatMap(([type, path]) =>
      stack
        .of(type)
        .filter((store) => store.has(path))
        .map((store) => ({ store, path })),
    );
    if (users.length === 0) {
      return [
        { outcome: notApplicable("nothing in the stack is encrypted with a key of its own") },
      ];
    }
    return users.map(({ store, path }) => ({
      resource: store,
      outcome: decide(() => reachable(store, path, stack)),
    }));
  },
});

function reachable(store: Resource, path: string, stack: Stack): Outcome {
  const target = stack.target(store, path, aws.kmsKey, aws.kmsReplica);
  if (target.kind === "unknown") throw new NotKnown(`${path} of ${store.label} is not known yet`);
  if (target.kind !== "resource") {
    throw new NotKnown(
      `the key of ${store.label} is not in this stack: where it can be used cannot be seen`,
    );
  }
  const key = target.resource;
  if (key.type === aws.kmsReplica) return pass;
  const here = stack.regionOf(key);
  if (key.boolean("multiRegion") === true) {
    const { sure, maybe } = stack.pointingAt(key, aws.kmsReplica, "primaryKeyArn");
    if (sure.some((replica) => stack.regionOf(replica) !== here)) return pass;
    if (maybe.length > 0) throw new NotKnown(`whether ${key.label} has a replica is not known yet`);
    return violation(
      `${key.label}, which encrypts ${store.label}, could have a replica in another region and has none: add an aws.kms.ReplicaKey`,
    );
  }
  return stack.of(aws.kmsKey).some((each) => stack.regionOf(each) !== here)
    ? pass
    : (takesOver(stack) ? advice : violation)(
        `${key.label}, which encrypts ${store.label}, is in ${here} alone: set multiRegion and add an aws.kms.ReplicaKey, or a key in the other region` +
          (takesOver(stack) ? ", once that answers" : ""),
      );
}
