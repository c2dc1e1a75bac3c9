import * as pulumi from "@pulumi/pulumi";
import type { StepFactory, StepLike } from "../components/job/steps.ts";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import type { Connection } from "../scripts/connection.ts";
import type { Part, Platform, VaultCopy } from "./platform.ts";

export interface ReprotectArgs {
  readonly platform: Pick<Platform, "here">;
  readonly steps: StepFactory;
  readonly base: ConnectionParts;
  readonly copy: VaultCopy;
  /** The side that is copied. */
  readonly vault: Part<"vault">;
  readonly trust: Part<"trust">;
  readonly backup: pulumi.Output<Connection>;
  /** What has to run: ingest that is proven, and the archiver. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/**
 * A standby that took over is protected against the loss of its own region. What was written before there was a copy
 * is never copied by itself, so a full backup is made behind it; then the copy is looked at until it alone would be enough.
 *
 * @remarks Recovery: until the last step has ended, a second disaster takes everything since the first.
 */
export function reprotected(args: ReprotectArgs): StepLike<unknown> {
  const { platform, steps, base, copy, vault, trust } = args;
  // Once for each copy: another one knows nothing.
  const triggers = [copy.side.apply(({ backups }) => backups)];
  const backup = steps(
    "reprotect-backup",
    {
      command: "backup",
      connection: args.backup,
      params: { kind: "full" },
      once: true,
      triggers,
    },
    { dependsOn: [...args.dependsOn, ...copy.made] },
  );
  return platform.here(
    "reprotect-verify",
    {
      command: "verify-copy",
      connection: connect({ ...base, vault, trust }),
      params: pulumi.output({ copy: copy.side }),
      triggers,
      once: true,
    },
    { dependsOn: [backup] },
  );
}
