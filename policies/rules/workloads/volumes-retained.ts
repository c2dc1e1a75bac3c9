import { z } from "zod";
import { isUsed } from "../../model/claims.ts";
import type { Tree } from "../../model/value.ts";
import { advice, defineRule, each, notApplicable, pass, violation } from "../../rule.ts";
import { kubernetes } from "../../types.ts";

export default defineRule({
  id: "workloads-volumes-retained",
  severity: "high",
  title: "Volumes stay when their claim is deleted",
  remediation:
    "Set `reclaimPolicy: Retain` on the StorageClass (nothing set is Delete), `persistentVolumeReclaimPolicy: Retain` on a PersistentVolume: " +
    "a deleted namespace else takes every disk with it.",
  covers: ["DR-14"],
  url: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reclaiming",
  config: z.strictObject({
    except: z
      .string()
      .default("")
      .describe("Regular expression over names of classes and volumes for what may be lost"),
  }),
  check: each([kubernetes.storageClass, kubernetes.volume], (storage, { stack, config }) => {
    const names: readonly Tree[] = [storage.name, storage.peek("metadata.name")];
    const excepted = (name: Tree) =>
      typeof name === "string" && new RegExp(config.except).test(name);
    if (config.except !== "" && names.some(excepted)) {
      return notApplicable("it is for what may be lost (except)");
    }
    if (storage.type === kubernetes.volume) {
      // One that is made by hand is kept when nothing is set.
      const policy = storage.string("spec.persistentVolumeReclaimPolicy") ?? "Retain";
      return policy === "Retain"
        ? pass
        : violation(
            `${storage.label} goes with its claim (${policy}): set spec.persistentVolumeReclaimPolicy to Retain`,
          );
    }
    const policy = storage.string("reclaimPolicy") ?? "Delete";
    if (policy === "Retain") return pass;
    const message = `volumes of ${storage.label} go with their claim (${policy}): set reclaimPolicy to Retain`;
    // What uses it from elsewhere may be a cache.
    return isUsed(storage, stack)
      ? violation(message)
      : advice(`${message}; this is advice, as no claim of the stack uses it`);
  }),
});
