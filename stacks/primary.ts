import * as pulumi from "@pulumi/pulumi";
import { connect, daemon, type ConnectionParts } from "../components/local/context.ts";
import { Key } from "../components/local/key.ts";
import { Step } from "../components/local/step.ts";
import { LocalProtection } from "../components/protection/local.ts";
import { LocalVault } from "../components/vault/local.ts";
import { LocalS3 } from "../components/vault/server.ts";
import { outputsOf } from "./outputs.ts";
import { clickhouseOf } from "./primary-clickhouse.ts";
import { epochsOf } from "./epochs.ts";
import { recoveredInPlace } from "./in-place.ts";
import { kafkaOf } from "./primary-kafka.ts";
import { postgresOf } from "./primary-postgres.ts";
import { localRegion } from "./region.ts";
import type { Settings } from "./settings.ts";
import { localBuckets } from "../scripts/vault/policies.ts";

/**
 * The primary: the platform with all its protection. It reads the fence before anything that could
 * consume or write is started; a higher epoch refuses it by name. A partial loss is recovered in
 * place (`recover:recoveries`), in the same program.
 */
export function primary(settings: Settings, root: string): Record<string, pulumi.Input<unknown>> {
  const near = localRegion(settings, root, settings.region, 0);
  const far = localRegion(settings, root, settings.standbyRegion, 1);
  const owner = new Key("owner", { kind: "id" });
  const signing = new Key("signing", { kind: "ed25519" });
  const identity: ConnectionParts = {
    platform: "local",
    stack: pulumi.getStack(),
    role: "primary",
    region: settings.region,
    owner: owner.value,
    line: "main",
    epoch: 1,
  };

  const farServer = new LocalS3("s3-far", { region: far });
  // Asked before anything of this region is looked at, so that a primary that comes back after a
  // takeover is told by whom, and not what its lost region lacks.
  const ask = new Step("ask-fence", {
    command: "claim",
    connection: connect({
      ...identity,
      control: farServer.root.apply((access) => ({ ...access, bucket: localBuckets.control })),
    }),
    params: { optional: true, observe: true },
    guard: true,
  });
  const nearServer = new LocalS3("s3-near", { region: near }, { dependsOn: [ask] });
  const vault = new LocalVault(
    "vault",
    {
      base: identity,
      near: nearServer.root,
      far: farServer.root,
      lockDays: Math.ceil(settings.lockFor / 86_400),
    },
    // Logins of the standby's side are not made anew beneath a standby that has taken over.
    { dependsOn: [ask] },
  );
  const claim = new Step<{ epoch: number }>("claim", {
    command: "claim",
    connection: connect({ ...identity, control: vault.recovery.control }),
    guard: true,
  });
  const signer = pulumi.output({ keyId: signing.keyId, privateKey: signing.privateKey });
  const trust = pulumi
    .all([signing.keyId, signing.publicKey])
    .apply(([keyId, publicKey]) => ({ [keyId]: publicKey }));

  const epochs = epochsOf(settings, identity, claim, vault.recovery.control);
  const base: ConnectionParts = { ...identity, epoch: epochs.current };
  const writers = vault.writersOf(epochs.suffix, epochs.current, [claim]);
  const replicators = vault.replicators([claim]);
  const shared = { settings, region: near, base, vault, writers, epochs, trust };
  const kafka = kafkaOf({ ...shared, after: [claim] });
  const clickhouse = clickhouseOf({
    ...shared,
    vaultRoot: nearServer.root,
    kafka: kafka.connection,
    consumer: kafka.consumer,
    kafkaCa: kafka.ca,
    postgres: (epoch, after) => postgresOf({ ...shared, epoch, after: [claim, ...after] }),
    claimed: [claim],
    after: [claim, kafka.ready],
  });
  const { postgres } = clickhouse;

  const inPlace = recoveredInPlace({
    settings,
    base,
    kafka: kafka.connection,
    clickhouse: clickhouse.connection,
    postgres: postgres.connection,
    vault: vault.recovery.near,
    control: vault.recovery.control,
    after: [clickhouse.ready, postgres.ready],
  });

  const protection = new LocalProtection("protection", {
    region: near,
    base,
    writers,
    kafka: kafka.connection,
    clickhouse: clickhouse.connection,
    postgres: postgres.connection,
    ...(kafka.zookeeper === undefined ? {} : { zookeeper: kafka.zookeeper }),
    signing: signer,
    trust,
    archiveFlushSeconds: settings.archiveFlush,
    lease: settings.lease,
    fullBackups: settings.fullBackups,
    incrementalBackups: settings.incrementalBackups,
    zookeeperSnapshotSeconds: settings.zookeeperSnapshots,
    // After a recovery in place the archiver goes on with the new epoch's login.
    archiverAfter: [kafka.ready, ...(clickhouse.recovered === undefined ? [] : [clickhouse.ready])],
    ingestAfter: [clickhouse.ready],
  });
  daemon(
    "replicator",
    {
      region: near,
      command: "replicate",
      connection: connect({
        ...base,
        vault: replicators.reader,
        control: vault.recovery.control,
      }),
      params: pulumi.output({
        target: replicators.writer,
        minLagSeconds: settings.replicationLag.min,
        maxLagSeconds: settings.replicationLag.max,
        seed: settings.replicationLag.seed,
      }),
    },
    { dependsOn: [claim] },
  );
  return outputsOf({
    base,
    kafka: kafka.connection,
    clickhouse: clickhouse.connection,
    postgres: postgres.connection,
    ...(kafka.zookeeper === undefined ? {} : { zookeeper: kafka.zookeeper }),
    vault: vault.recovery.near,
    control: vault.recovery.control,
    signing: signer,
    trust,
    backup: protection.backupConnection,
    standby: {
      server: farServer.root,
      trust,
      settings: {
        eventsTopic: settings.eventsTopic,
        partitions: settings.partitions,
        kafkaMode: settings.kafkaMode,
        portBase: settings.portBase,
      },
    },
    ...recoveryOutput(clickhouse.recovered, inPlace),
  });
}

/** Results of the newest recovery in place, by box. */
function recoveryOutput(
  clickhouse: pulumi.Output<unknown> | undefined,
  other: pulumi.Output<unknown> | undefined,
): { recovery?: pulumi.Output<unknown> } {
  const recovery = other ?? clickhouse;
  return recovery === undefined ? {} : { recovery };
}
