import * as pulumi from "@pulumi/pulumi";
import type { ControlBucket, S3Access, VaultSide } from "../../scripts/connection.ts";
import type { VaultResult } from "../../scripts/commands/vault.ts";
import { connect, type ConnectionParts } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Step } from "../local/step.ts";

/** Bucket names; on this machine each region's server has its own. */
export const buckets = {
  backups: "recover-backups",
  archive: "recover-archive",
  control: "recover-control",
} as const;

/** Who writes on behalf of one epoch, each with a login of its own (scripts/vault/policies.ts). */
export const writers = ["archiver", "backup", "wal", "lease"] as const;
export type Writer = (typeof writers)[number];

export interface LocalVaultArgs {
  /** Who runs the commands: stack, role, region, owner, line, epoch. */
  readonly base: ConnectionParts;
  /** Root login of the S3 server of this stack's own region: what the platform writes. */
  readonly near: pulumi.Input<S3Access>;
  /**
   * Root login of the standby region's server, where the control bucket is.
   * @default `near`: this stack is in the standby's region
   */
  readonly far?: pulumi.Input<S3Access>;
  readonly lockDays: number;
}

/**
 * Buckets and logins of the vault: backups and ledgers, archive, control.
 *
 * @remarks Recovery: everything that a recovery reads; each writer of each epoch can be refused alone.
 */
export class LocalVault extends pulumi.ComponentResource {
  /** Reads all of the vault, writes fences and step results. */
  readonly recovery: {
    readonly near: pulumi.Output<VaultSide>;
    readonly control: pulumi.Output<ControlBucket>;
  };
  private readonly args: LocalVaultArgs;
  private readonly name: string;

  constructor(name: string, args: LocalVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:vault:LocalVault", name, {}, opts);
    this.args = args;
    this.name = name;
    const login = new Key(`${name}-recovery`, { kind: "password" }, { parent: this });
    const users = login.value.apply((secret): Record<string, string> => ({ recovery: secret }));
    const { near, control } = this.apply("base", users, []);
    this.recovery = {
      near: this.side(near, "recovery", login.value),
      control: this.controlAs(control, "recovery", login.value),
    };
    this.registerOutputs({ recovery: this.recovery });
  }

  /** Logins of one epoch's writers, made on both sides. */
  writersOf(
    suffix: string,
    epoch: pulumi.Input<number>,
    dependsOn: pulumi.Resource[],
  ): EpochWriters {
    const names = [...writers, "replicator-reader", "replicator-writer"] as const;
    const keys = names.map(
      (login) => new Key(`${this.name}-${login}${suffix}`, { kind: "password" }, { parent: this }),
    );
    const users = pulumi
      .all([epoch, ...keys.map((key) => key.value)])
      .apply(([n, ...secrets]) =>
        Object.fromEntries(
          names.map((login, index) => [
            login.startsWith("replicator") ? login : `${login}-e${String(n)}`,
            String(secrets[index]),
          ]),
        ),
      );
    const { near, control } = this.apply(`writers${suffix}`, users, dependsOn);
    const of = (login: (typeof names)[number]) => {
      const name = pulumi
        .output(epoch)
        .apply((n) => (login.startsWith("replicator") ? login : `${login}-e${String(n)}`));
      const secret = users.apply((all) =>
        name.apply((key) => {
          const value = all[key];
          if (value === undefined) throw new Error(`no secret was made for the login ${key}`);
          return value;
        }),
      );
      return {
        near: this.side(near, name, secret),
        far: this.side(control, name, secret),
        control: this.controlAs(control, name, secret),
      };
    };
    return Object.fromEntries(names.map((login) => [login, of(login)])) as unknown as EpochWriters;
  }

  /** Makes buckets and logins on both sides; what it returns is known only afterwards. */
  private apply(
    step: string,
    users: pulumi.Output<Record<string, string>>,
    dependsOn: pulumi.Resource[],
  ): { near: pulumi.Output<S3Access>; control: pulumi.Output<S3Access> } {
    const { base, near, far, lockDays } = this.args;
    const run = (side: string, server: pulumi.Input<S3Access>, withControl: boolean) => {
      const made = new Step<VaultResult>(
        `${this.name}-${step}-${side}`,
        {
          command: "vault",
          connection: connect({
            ...base,
            vault: pulumi.output(server).apply((access) => ({ ...access, ...names })),
            ...(withControl
              ? {
                  control: pulumi
                    .output(server)
                    .apply((access) => ({ ...access, bucket: buckets.control })),
                }
              : {}),
          }),
          params: users.apply((all) => ({ lockDays, users: all })),
          secretResult: true,
        },
        { parent: this, dependsOn },
      );
      return pulumi.all([server, made.result]).apply(([access]) => access);
    };
    const names = { backups: buckets.backups, archive: buckets.archive };
    if (far === undefined) {
      const only = run("near", near, true);
      return { near: only, control: only };
    }
    return { near: run("near", near, false), control: run("far", far, true) };
  }

  private side(
    server: pulumi.Output<S3Access>,
    accessKeyId: pulumi.Input<string>,
    secretAccessKey: pulumi.Input<string>,
  ): pulumi.Output<VaultSide> {
    return pulumi.secret(
      pulumi.all([server, accessKeyId, secretAccessKey]).apply(([access, id, secret]) => ({
        endpoint: access.endpoint,
        region: access.region,
        accessKeyId: id,
        secretAccessKey: secret,
        backups: buckets.backups,
        archive: buckets.archive,
      })),
    );
  }

  private controlAs(
    server: pulumi.Output<S3Access>,
    accessKeyId: pulumi.Input<string>,
    secretAccessKey: pulumi.Input<string>,
  ): pulumi.Output<ControlBucket> {
    return pulumi.secret(
      pulumi.all([server, accessKeyId, secretAccessKey]).apply(([access, id, secret]) => ({
        endpoint: access.endpoint,
        region: access.region,
        accessKeyId: id,
        secretAccessKey: secret,
        bucket: buckets.control,
      })),
    );
  }
}

/** One login, on the side of this stack's own region and on the standby's. */
export interface WriterAccess {
  readonly near: pulumi.Output<VaultSide>;
  readonly far: pulumi.Output<VaultSide>;
  readonly control: pulumi.Output<ControlBucket>;
}
export type EpochWriters = Readonly<
  Record<Writer | "replicator-reader" | "replicator-writer", WriterAccess>
>;
