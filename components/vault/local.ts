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

  /** Logins of one epoch's writers, made on both sides; before its fence has passed they only read. */
  writersOf(
    suffix: string,
    epoch: pulumi.Input<number>,
    dependsOn: readonly pulumi.Resource[],
  ): EpochWriters {
    const logins = writerRoles.map((role) => ({
      role,
      user: pulumi.all([epoch, this.whose]).apply(([n, of]) => writerName(role, n, of)),
      secret: this.secretOf(role, suffix),
    }));
    const { near, control } = this.apply(`writers${suffix}`, usersOf(logins), dependsOn);
    return Object.fromEntries(
      logins.map(({ role, user, secret }) => [
        role,
        { near: this.side(near, user, secret), control: this.controlAs(control, user, secret) },
      ]),
    ) as unknown as EpochWriters;
  }

  /**
   * Lets an epoch's writers write, once its fence has passed.
   * @returns what a writer waits for
   */
  arm(suffix: string, dependsOn: readonly pulumi.Resource[]): readonly pulumi.Resource[] {
    return this.apply(`armed${suffix}`, usersOf([]), dependsOn).made;
  }

  /**
   * The logins of the replication from a primary's region to the standby's, and {@link arm}. Made anew
   * by a standby, behind its fence, they lock a returning primary's replicator out.
   */
  replicators(dependsOn: readonly pulumi.Resource[]): Replicators {
    const login = (user: "replicator-reader" | "replicator-writer") => ({
      user: pulumi.output<string>(user),
      secret: this.secretOf(user, ""),
    });
    const [reader, writer] = [login("replicator-reader"), login("replicator-writer")];
    const { near, control, made } = this.apply("replicators", usersOf([reader, writer]), dependsOn);
    return {
      reader: this.side(near, reader.user, reader.secret),
      writer: this.side(control, writer.user, writer.secret),
      made,
    };
  }

  private secretOf(login: string, suffix: string): pulumi.Output<string> {
    const name = `${this.name}-${login}${suffix}`;
    return new Key(name, { kind: "password" }, { parent: this }).value;
  }

  /** Makes buckets and logins on both sides; what it returns is known only afterwards. */
  private apply(
    step: string,
    users: pulumi.Output<Record<string, string>>,
    dependsOn: readonly pulumi.Resource[],
  ): {
    near: pulumi.Output<S3Access>;
    control: pulumi.Output<S3Access>;
    made: readonly pulumi.Resource[];
  } {
    const { base, near, far = near, lockDays } = this.args;
    const control = pulumi
      .output(far)
      .apply((access) => ({ ...access, bucket: localBuckets.control }));
    const run = (side: string, server: pulumi.Input<S3Access>, after: readonly pulumi.Resource[]) =>
      new Step<VaultResult>(
        `${this.name}-${step}-${side}`,
        {
          command: "vault",
          connection: connect({
            ...base,
            vault: pulumi.output(server).apply((access) => ({
              ...access,
              backups: localBuckets.backups,
              archive: localBuckets.archive,
            })),
            control,
          }),
          params: users.apply((all) => ({ lockDays, users: all })),
          secretResult: true,
        },
        { parent: this, dependsOn: [...after] },
      );
    const known = (server: pulumi.Input<S3Access>, made: Step) =>
      pulumi.all([server, made.result]).apply(([access]) => access);
    if (this.args.far === undefined) {
      const made = run("near", near, dependsOn);
      const access = known(near, made);
      return { near: access, control: access, made: [made] };
    }
    // The far side has the control bucket, which says who may write on either.
    const there = run("far", far, dependsOn);
    const here = run("near", near, [...dependsOn, there]);
    return { near: known(near, here), control: known(far, there), made: [there, here] };
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

/** One login, on the side of this stack's own region, and at the control bucket. */
export interface WriterAccess {
  readonly near: pulumi.Output<VaultSide>;
  readonly control: pulumi.Output<ControlBucket>;
}
export type EpochWriters = Readonly<Record<WriterRole, WriterAccess>>;

export interface Replicators {
  /** Of the primary's region. */
  readonly reader: pulumi.Output<VaultSide>;
  /** Of the standby's. */
  readonly writer: pulumi.Output<VaultSide>;
  /** What a writer waits for. */
  readonly made: readonly pulumi.Resource[];
}

function usersOf(
  logins: readonly { user: pulumi.Output<string>; secret: pulumi.Output<string> }[],
): pulumi.Output<Record<string, string>> {
  return pulumi
    .all(logins.map(({ user, secret }) => pulumi.all([user, secret])))
    .apply((all): Record<string, string> => Object.fromEntries(all));
}
