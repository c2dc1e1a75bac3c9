import * as pulumi from "@pulumi/pulumi";
import type { ControlBucket, S3Access, VaultSide } from "../../scripts/connection.ts";
import type { VaultResult } from "../../scripts/commands/vault.ts";
import {
  localBuckets,
  recoveryName,
  writerName,
  writerRoles,
  type LoginOf,
  type WriterRole,
} from "../../scripts/vault/policies.ts";
import { connect, type ConnectionParts } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Step } from "../local/step.ts";

const replicators = ["replicator-reader", "replicator-writer"] as const;

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
  /**
   * Beside a living primary: the replicator's logins stay as they are. A standby that takes over makes
   * them anew, which locks a returning primary's replicator out.
   * @default false
   */
  readonly rehearsal?: boolean;
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
  /** Line and owner that this stack's logins are named by. */
  private readonly whose: pulumi.Output<LoginOf>;

  constructor(name: string, args: LocalVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:vault:LocalVault", name, {}, opts);
    this.args = args;
    this.name = name;
    this.whose = pulumi
      .all([args.base.line ?? "main", args.base.owner])
      .apply(([line, owner]) => ({ line, ...(owner === undefined ? {} : { owner }) }));
    const login = new Key(`${name}-recovery`, { kind: "password" }, { parent: this });
    const id = this.whose.apply(recoveryName);
    const users = pulumi
      .all([id, login.value])
      .apply(([user, secret]): Record<string, string> => ({ [user]: secret }));
    const { near, control } = this.apply("base", users, []);
    this.recovery = {
      near: this.side(near, id, login.value),
      control: this.controlAs(control, id, login.value),
    };
    this.registerOutputs({ recovery: this.recovery });
  }

  /** Logins of one epoch's writers, made on both sides. */
  writersOf(
    suffix: string,
    epoch: pulumi.Input<number>,
    dependsOn: pulumi.Resource[],
  ): EpochWriters {
    const logins = [
      ...writerRoles.map((role) => ({
        login: role,
        user: pulumi.all([epoch, this.whose]).apply(([n, of]) => writerName(role, n, of)),
      })),
      ...(this.args.rehearsal === true ? [] : replicators).map((login) => ({
        login,
        user: pulumi.output<string>(login),
      })),
    ].map((one) => ({
      ...one,
      secret: new Key(`${this.name}-${one.login}${suffix}`, { kind: "password" }, { parent: this })
        .value,
    }));
    const users = pulumi
      .all(logins.map(({ user, secret }) => pulumi.all([user, secret])))
      .apply((all): Record<string, string> => Object.fromEntries(all));
    const { near, control } = this.apply(`writers${suffix}`, users, dependsOn);
    return Object.fromEntries(
      logins.map(({ login, user, secret }) => [
        login,
        {
          near: this.side(near, user, secret),
          far: this.side(control, user, secret),
          control: this.controlAs(control, user, secret),
        },
      ]),
    ) as unknown as EpochWriters;
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
                    .apply((access) => ({ ...access, bucket: localBuckets.control })),
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
    const names = { backups: localBuckets.backups, archive: localBuckets.archive };
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
        backups: localBuckets.backups,
        archive: localBuckets.archive,
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
        bucket: localBuckets.control,
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
  Record<WriterRole | (typeof replicators)[number], WriterAccess>
>;
