import * as pulumi from "@pulumi/pulumi";
import { connect, type ConnectionParts } from "../components/local/context.ts";
import { Key } from "../components/local/key.ts";
import { epochsOf, recoveryIdOf } from "./epochs.ts";
import { recoveredInPlace } from "./in-place.ts";
import { outputsOf } from "./outputs.ts";
import type { Platform } from "./platform.ts";
import { clickhouseOf } from "./primary-clickhouse.ts";
import { kafkaOf } from "./primary-kafka.ts";
import { postgresOf } from "./primary-postgres.ts";
import type { Settings } from "./settings.ts";

/**
 * The primary: the platform with all its protection. It reads the fence before anything that could
 * consume or write is started; a higher epoch refuses it by name. A partial loss is recovered in
 * place (`recover:recoveries`), in the same program.
 */
export function primary(
  settings: Settings,
  platform: Platform,
): Record<string, pulumi.Input<unknown>> {
  const owner = new Key("owner", { kind: "id" });
  const signing = new Key("signing", { kind: "ed25519" });
  const identity: ConnectionParts = {
    platform: platform.name,
    stack: pulumi.getStack(),
    role: "primary",
    region: settings.region,
    owner: owner.value,
    line: "main",
    epoch: 1,
  };

  // Asked before anything of this region is looked at, so that a primary that comes back after a
  // takeover is told by whom, and not what its lost region lacks.
  const ask = platform.here("ask-fence", {
    command: "claim",
    connection: connect({ ...identity, control: platform.control() }),
    params: { optional: true, observe: true },
    guard: true,
  });
  // Logins of the standby's side are not made anew beneath a standby that has taken over.
  const vault = platform.vault({ base: identity, dependsOn: [ask] });
  const claim = platform.here<{ epoch: number }>("claim", {
    command: "claim",
    connection: connect({ ...identity, control: vault.recovery.control }),
    guard: true,
  });
  const signer = pulumi.output({ keyId: signing.keyId, privateKey: signing.privateKey });
  const trust = pulumi
    .all([signing.keyId, signing.publicKey])
    .apply(([keyId, publicKey]) => ({ [keyId]: publicKey }));

  const epochs = epochsOf(settings, identity, claim, platform.here, vault.recovery.control);
  const base: ConnectionParts = { ...identity, epoch: epochs.current };
  const writers = vault.writersOf(epochs.suffix, epochs.current, [claim]);
  const replicators = vault.replicators([claim]);
  const steps = platform.beside({
    base,
    recoveryId: epochs.recoveryId ?? recoveryIdOf("up", identity),
    vault,
    writers,
    dependsOn: [claim],
  });
  const shared = { settings, platform, steps, base, vault, writers, epochs, trust };
  const kafka = kafkaOf({ ...shared, after: [claim] });
  const clickhouse = clickhouseOf({
    ...shared,
    kafka,
    postgres: (epoch, after) => postgresOf({ ...shared, epoch, after: [claim, ...after] }),
    claimed: [claim],
    after: [claim, kafka.ready],
  });
  const { postgres } = clickhouse;
  const engines = {
    kafka: kafka.connection,
    clickhouse: clickhouse.connection,
    ...(kafka.ensemble === undefined ? {} : { zookeeper: kafka.ensemble.connection }),
  };

  const inPlace = recoveredInPlace({
    settings,
    steps,
    base,
    ...engines,
    postgres: postgres.connection,
    vault: vault.recovery.near,
    control: vault.recovery.control,
    after: [clickhouse.ready, postgres.ready],
  });

  const protection = platform.protection({
    base,
    vault,
    writers,
    ...engines,
    brokers: kafka.brokers,
    topology: kafka.ready.result,
    postgres,
    signing: signer,
    trust,
    // After a recovery in place the archiver goes on with the new epoch's login.
    archiverAfter: [kafka.ready, ...(clickhouse.recovered === undefined ? [] : [clickhouse.ready])],
    ingestAfter: [clickhouse.ready],
  });
  platform.replicate({ base, vault, replicators, dependsOn: [claim] });
  return outputsOf({
    base,
    ...engines,
    kafkaSecurityProtocol: platform.kafkaSecurityProtocol,
    postgres: postgres.connection,
    vault: vault.recovery.near,
    control: vault.recovery.control,
    signing: signer,
    trust,
    backup: protection.backupConnection,
    standby: { ...platform.pairing(epochs.current), trust },
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
