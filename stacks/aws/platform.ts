import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../../components/aws/context.ts";
import { kubernetesSteps, localSteps, type StepFactory } from "../../components/job/factory.ts";
import { KubernetesRunner } from "../../components/job/runner.ts";
import { AwsKeys } from "../../components/keys/aws.ts";
import type { Probe } from "../../components/postgres/reach.ts";
import type { Vault } from "../../components/vault/contract.ts";
import { bucketName } from "../../components/vault/names.ts";
import { readVault, requireVault } from "../../components/vault/read.ts";
import type { KubernetesZooKeeper } from "../../components/zookeeper/kubernetes.ts";
import type * as wishes from "../platform.ts";
import { copyOf, isRehearsal, regionsOf, type AwsSettings } from "../settings.ts";
import { controlOf, vaultSideOf } from "./access.ts";
import { clickhouseOf, ensembleOf, type EnginePlace } from "./clickhouse.ts";
import { foundationOf, type Externals, type Foundation } from "./foundation.ts";
import { kafkaOf, type AwsBrokers } from "./kafka.ts";
import { postgresOf, type AwsDatabase } from "./postgres.ts";
import { pin } from "./pins.ts";
import { protectionOf } from "./protection.ts";
import { regionOf } from "./regions.ts";
import { moveControl } from "./move.ts";
import { letGo } from "./rehearsal.ts";
import { identityOf, sameEpoch } from "./roles.ts";
import { makeCopy, makeVault, placeOf, platformVault, reachOf, type MadeVault } from "./vault.ts";

export interface AwsOptions extends Externals {
  /** For tests. @default a TCP connection */
  readonly probe?: Probe;
}

/** A pilot light names nobody: it takes no epoch. */
type AwsVaultWish = Partial<wishes.VaultWish> & Pick<wishes.VaultWish, "dependsOn">;

interface FoundationWish {
  /** None in a pilot light. @default true */
  readonly nodes?: boolean;
  /** @default "main" */
  readonly line?: pulumi.Input<string>;
}

/** RDS, MSK, S3, and ClickHouse with its ensemble on EKS; steps are Jobs there. */
export class AwsPlatform implements wishes.Platform {
  readonly name = "aws";
  readonly kafkaSecurityProtocol = "SASL_SSL";
  private readonly settings: AwsSettings;
  private readonly options: AwsOptions;
  private readonly stack = pulumi.getStack();
  /** This stack's own region. */
  private readonly near: AwsRegion;
  /** Of the vault's copies and the control bucket: the standby's, or that of the standby's standby. */
  private readonly far: AwsRegion;
  private keysMade: AwsKeys | undefined;
  private farKeys: AwsKeys | undefined;
  private vaultMade: Vault | undefined;
  private copyMade: wishes.VaultCopy | undefined;
  private foundationMade: Foundation | undefined;
  private runner: KubernetesRunner | undefined;
  private ensembleMade: KubernetesZooKeeper | undefined;
  private brokers: AwsBrokers | undefined;
  private database: AwsDatabase | undefined;

  constructor(settings: AwsSettings, options: AwsOptions) {
    this.settings = settings;
    this.options = options;
    const { region } = settings;
    const [, farRegion = region] = regionsOf(settings);
    this.near = regionOf(settings, this.stack, region);
    if (isRehearsal(settings)) pulumi.runtime.registerStackTransformation(letGo);
    pin(settings);
    this.far = region === farRegion ? this.near : regionOf(settings, this.stack, farRegion);
  }

  /** Before a standby asks for anything: is what it would recover from there? */
  async requireVault(): Promise<void> {
    const { role, vaultName } = this.settings;
    if (role === "standby") await requireVault({ region: this.near, vaultName });
  }

  /**
   * On the machine of `pulumi up`; what is chosen there is looked at in previews already, by the checksums that S3 keeps:
   * a person's machine does not read whole backups. A vault with nothing in it is another one than a standby means,
   * whose config names it by hand.
   */
  readonly here: StepFactory = (name, args, opts) =>
    localSteps(
      name,
      args.command === "pick-ledger"
        ? {
            ...args,
            guard: true,
            params: pulumi.output(args.params ?? {}).apply((params) => ({
              ...params,
              deep: false,
              refuseEmpty: this.settings.role === "standby",
            })),
          }
        : args,
      opts,
    );

  control() {
    const { vaultName, standbyRegion } = this.settings;
    return controlOf(standbyRegion, bucketName(vaultName, standbyRegion, "control"));
  }

  vaultAdmin() {
    const { vaultName, region } = this.settings;
    return vaultSideOf({
      region,
      backups: bucketName(vaultName, region, "backups"),
      archive: bucketName(vaultName, region, "archive"),
    });
  }

  vault({ base = {}, dependsOn }: AwsVaultWish): wishes.PlatformVault {
    const { settings, near, far } = this;
    const after = { dependsOn: [...dependsOn] };
    if (settings.role === "primary") {
      const keys = new AwsKeys("keys", { region: near }, after);
      this.keysMade = keys;
      return this.own(makeVault(settings, near, far, keys, dependsOn));
    }
    this.keysMade = new AwsKeys(
      "keys",
      { region: near, classes: ["relational", "kafka", "credentials", "cluster"] },
      after,
    );
    const { vaultName, vaultKeyArn = "" } = settings;
    const read = readVault({ region: near, vaultName, keyArn: vaultKeyArn });
    if (copyOf(settings) === undefined) {
      this.vaultMade = read;
      return platformVault(read);
    }
    const { standby: here } = read;
    const { vault, farKeys } = makeCopy(settings, near, far, here, dependsOn);
    const moved = moveControl(
      { here: this.here, base, from: this.control(), to: controlOf(far.name, vault.control.name) },
      dependsOn,
    );
    const { primary, standby, control } = vault;
    this.copyMade = {
      side: vaultSideOf({
        region: far.name,
        backups: standby.backups.name,
        archive: standby.archive.name,
      }),
      made: [...Object.values(vault.replication.configs), moved],
    };
    // Nobody uses it before it holds what the one before it held.
    const there = { ...control, name: pulumi.all([control.name, moved.urn]).apply(([n]) => n) };
    return this.own({ vault, farKeys }, { primary, standby, control: there });
  }

  private own({ vault, farKeys }: MadeVault, used: Vault = vault): wishes.PlatformVault {
    this.farKeys = farKeys;
    this.vaultMade = used;
    return platformVault(used, vault);
  }

  copy(): wishes.VaultCopy | undefined {
    return this.copyMade;
  }

  foundation(
    dependsOn: readonly pulumi.Resource[],
    epoch: pulumi.Input<number>,
    { nodes = true, line = "main" }: FoundationWish = {},
  ): Foundation {
    const { settings, near, far, options } = this;
    const vault = made(this.vaultMade);
    this.foundationMade = foundationOf({
      settings,
      externals: options,
      region: near,
      controlRegion: far,
      keys: made(this.keysMade),
      reach: reachOf(vault, near),
      control: vault.control.name,
      epoch,
      line,
      nodes,
      dependsOn,
    });
    return this.foundationMade;
  }

  beside({ base, recoveryId, vault, dependsOn }: wishes.BesideWish): StepFactory {
    const { settings } = this;
    const { role, failoverEpoch } = settings;
    const taken = pulumi.output(base.epoch ?? 1);
    // A standby's roles are made for this epoch before the day: IAM may not answer then. A drill has no such day.
    const prepared = role === "standby" && !isRehearsal(settings);
    const epoch = prepared ? failoverEpoch : taken;
    const { kubernetes, image, bundle, roles, ready } = this.foundation(dependsOn, epoch, {
      line: base.line ?? "main",
    });
    const runner = new KubernetesRunner(
      "steps",
      {
        cluster: kubernetes,
        image: image("node"),
        bundle,
        base: {
          ...base,
          epoch: prepared ? taken.apply((n) => sameEpoch(n, failoverEpoch)) : taken,
        },
        control: vault.recovery.control,
      },
      { dependsOn: [...ready] },
    );
    this.runner = runner;
    return (name, args, opts) =>
      kubernetesSteps({
        runner,
        recoveryId,
        serviceAccount: roles.accounts[identityOf(args.command)],
        timeoutMinutes: Math.max(60, Math.ceil(settings.rto / 60)),
      })(name, args, pulumi.mergeOptions(opts, { dependsOn: [...ready] }));
  }

  /** ClickHouse's alone: MSK brings its own coordination. */
  ensemble(wish: wishes.EngineWish): wishes.Ensemble {
    const ensemble = ensembleOf(this.place(), made(this.runner), wish);
    this.ensembleMade = ensemble;
    return { resource: ensemble, connection: ensemble.connection };
  }

  kafka(wish: wishes.KafkaWish): wishes.Brokers {
    this.brokers = kafkaOf(
      this.settings,
      this.near,
      made(this.foundationMade),
      made(this.keysMade),
      wish,
    );
    return this.brokers;
  }

  clickhouse(wish: wishes.ClickHouseWish): wishes.Servers {
    return clickhouseOf(this.place(), made(this.ensembleMade), made(this.brokers).made, wish);
  }

  private place(): EnginePlace {
    return {
      settings: this.settings,
      foundation: made(this.foundationMade),
      side: placeOf(made(this.vaultMade)),
    };
  }

  postgres(wish: wishes.PostgresWish): wishes.Database {
    const { settings, near, far, farKeys } = this;
    const asked = settings.postgres.replication;
    this.database = postgresOf(
      {
        settings,
        region: near,
        foundation: made(this.foundationMade),
        keyArn: made(this.keysMade).arnOf("relational"),
        replication:
          asked !== true
            ? asked
            : farKeys === undefined
              ? { until: "reprotect" }
              : { to: far, keyArn: farKeys.arnOf("relational") },
        stack: this.stack,
        control: this.control(),
        ...(farKeys === undefined
          ? {}
          : { manifestTo: controlOf(far.name, made(this.vaultMade).control.name) }),
        here: this.here,
        probe: this.options.probe,
      },
      wish,
    );
    return this.database;
  }

  protection(wish: wishes.ProtectionWish): wishes.Protection {
    const { settings, near, far, stack } = this;
    return protectionOf(
      {
        settings,
        region: near,
        alarmRegion: far,
        foundation: made(this.foundationMade),
        keys: made(this.keysMade),
        vault: made(this.vaultMade),
        runner: made(this.runner),
        kafka: made(this.brokers).made,
        stack,
        line: wish.base.line ?? "main",
      },
      wish,
    );
  }

  /** S3 and RDS replicate by themselves: `vault` and `postgres` have asked them to. */
  replicate(): void {
    // Nothing runs here.
  }

  pairing(epoch: pulumi.Input<number>): wishes.Pairing {
    const { eventsTopic, partitions, account, install, region } = this.settings;
    const { vaultName } = copyOf(this.settings) ?? this.settings;
    const manifest = this.database?.server.manifest;
    return {
      settings: {
        account,
        install,
        primaryRegion: region,
        failoverEpoch: pulumi.output(epoch).apply((inForce) => inForce + 1),
        vaultName,
        vaultKeyArn: this.vaultMade?.standby.keyArn,
        eventsTopic,
        partitions,
      },
      // Inside of settings that are objects.
      ...(manifest === undefined
        ? {}
        : {
            paths: { "postgres.backupArn": manifest.apply(({ copy }) => copy?.arn ?? "") },
            postgres: manifest,
          }),
    };
  }
}

function made<T>(part: T | undefined): T {
  if (part === undefined) throw new Error("the platform was asked for its parts in another order");
  return part;
}
