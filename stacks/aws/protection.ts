import * as pulumi from "@pulumi/pulumi";
import { AwsAlarms } from "../../components/alarms/aws.ts";
import { AwsArchive, type ArchiveSink } from "../../components/archive/aws.ts";
import { physicalName, type AwsRegion } from "../../components/aws/context.ts";
import { KubernetesByHand } from "../../components/job/by-hand.ts";
import type { KubernetesRunner } from "../../components/job/runner.ts";
import type { AwsKafka } from "../../components/kafka/aws.ts";
import type { AwsKeys } from "../../components/keys/aws.ts";
import { connect } from "../../components/local/context.ts";
import { AwsProtection } from "../../components/protection/aws.ts";
import type { Vault } from "../../components/vault/contract.ts";
import type { Protection, ProtectionWish } from "../platform.ts";
import { isRehearsal, type AwsSettings } from "../settings.ts";
import { longestGapSeconds } from "../../policies/model/schedule.ts";
import { type Schedule } from "../settings/parts.ts";
import type { Foundation } from "./foundation.ts";
import { consumerGroup } from "./roles.ts";
import { placeOf } from "./vault.ts";

export interface ProtectionPlace {
  readonly settings: AwsSettings;
  readonly region: AwsRegion;
  /** Where what we publish ourselves is alarmed on: the standby's region. */
  readonly alarmRegion: AwsRegion;
  readonly foundation: Foundation;
  readonly keys: AwsKeys;
  readonly vault: Vault;
  readonly runner: KubernetesRunner;
  readonly kafka: AwsKafka;
  readonly stack: string;
  readonly line: pulumi.Input<string>;
}

/** Archive, lease, backups, audit, and the alarms on all of them. */
export function protectionOf(place: ProtectionPlace, wish: ProtectionWish): Protection {
  const { settings, region, foundation, vault, kafka } = place;
  const near = placeOf(vault);
  const rules = rulesOf(vault);
  const topic = settings.eventsTopic;
  const topology = pulumi.output(wish.topology);
  const archive = new AwsArchive(
    "archive",
    {
      region,
      clusterArn: kafka.clusterArn,
      topic,
      consumerGroup,
      clusterId: topology.apply(({ clusterId }) => clusterId),
      topicId: topology.apply(({ topicIds }) => idOf(topic, topicIds)),
      epoch: wish.base.epoch ?? 1,
      line: place.line,
      bucket: {
        name: near.archive.name,
        arn: near.archive.arn,
        keyArn: near.keyArn,
        defaultRetention: true,
      },
      ...(foundation.roles.archiveArn === undefined
        ? {}
        : { roleArn: foundation.roles.archiveArn }),
      sink: sinkOf(place),
    },
    { dependsOn: [...wish.archiverAfter] },
  );
  const { accounts } = foundation.roles;
  const protection = new AwsProtection("protection", {
    runner: place.runner,
    base: wish.base,
    writers: wish.writers,
    recovery: wish.vault.recovery,
    kafka: wish.kafka,
    clickhouse: wish.clickhouse,
    postgres: wish.postgres.connection,
    ...(wish.zookeeper === undefined ? {} : { zookeeper: wish.zookeeper }),
    signing: wish.signing,
    trust: wish.trust,
    archiver: archive,
    lease: settings.lease,
    fullBackups: settings.fullBackups,
    incrementalBackups: settings.incrementalBackups,
    audit: settings.audit,
    ingestAfter: [...wish.ingestAfter, archive],
    metrics: {
      region: place.alarmRegion.name,
      flushSeconds: settings.archiveFlush,
      ...(rules.length === 0 ? {} : { replication: { region: region.name, rules } }),
    },
    serviceAccounts: {
      backup: accounts.backup,
      // What attaches for an epoch goes with it.
      "keep-ingest": accounts.backup,
      "keep-lease": accounts.lease,
      prove: accounts.recovery,
      "publish-metrics": accounts.metrics,
    },
  });
  byHand(place, wish);
  // Nobody is to be woken by a rehearsal.
  if (!isRehearsal(settings)) alarmsOf(place, rules);
  const { archiver, backupConnection, first } = protection;
  return { archiver, backupConnection, ...(first === undefined ? {} : { first }) };
}

/** What an incident asks for, to be run beside the engines; `pulumi up` itself never runs one. */
function byHand({ runner, foundation }: ProtectionPlace, wish: ProtectionWish): void {
  const { accounts } = foundation.roles;
  const recovery = { serviceAccount: accounts.recovery };
  new KubernetesByHand("by-hand", {
    runner,
    connection: connect({
      ...wish.base,
      kafka: wish.kafka,
      clickhouse: wish.clickhouse,
      postgres: wish.postgres.connection,
      ...(wish.zookeeper === undefined ? {} : { zookeeper: wish.zookeeper }),
      vault: wish.vault.recovery.near,
      control: wish.vault.recovery.control,
      trust: wish.trust,
    }),
    commands: {
      status: { command: "status", ...recovery },
      prove: { command: "prove", params: { deep: true }, ...recovery },
      attach: { command: "attach", serviceAccount: accounts.attach },
      detach: { command: "detach", serviceAccount: accounts.cursor },
      quarantine: { command: "quarantine", params: { action: "list" }, ...recovery },
    },
  });
}

/** @throws Error when the topology step made another topic: the archive would lie where nobody looks */
function idOf(topic: string, ids: Readonly<Record<string, string>> = {}): string {
  const id = ids[topic];
  if (id !== undefined) return id;
  throw new Error(
    `kafka-topology has told no id of the topic ${topic}, which is part of every archived event's name. Run ` +
      "pulumi up again; if it stays so, the brokers hold a topic of another name.",
  );
}

function sinkOf({ settings, foundation, keys, kafka }: ProtectionPlace): ArchiveSink {
  const { archive, archiveFlush } = settings;
  const logsKeyArn = keys.arnOf("kafka");
  if (archive.kind === "firehose") {
    return {
      kind: "firehose",
      logsKeyArn,
      bufferSeconds: Math.min(900, archiveFlush),
      after: [kafka],
    };
  }
  const { network, connectorGroup, support } = foundation;
  return {
    kind: "lenses",
    bootstrapIam: kafka.bootstrapIam,
    plugin: archive.plugin,
    pluginBucket: support.name,
    subnetIds: [0, 1, 2].map((index) => network.privateSubnetIds.apply((ids) => ids[index] ?? "")),
    securityGroupIds: [connectorGroup],
    flush: { seconds: archiveFlush },
    logsKeyArn,
  };
}

const gapOf = (schedule: Schedule): number | undefined =>
  "cron" in schedule ? longestGapSeconds(schedule.cron) : undefined;

/** Rules of the vault's replication, as CloudWatch tells them apart; a standby has none. */
function rulesOf({ primary, standby }: Vault) {
  if (primary === undefined) return [];
  return (["backups", "archive"] as const).map((purpose) => ({
    label: purpose,
    source: primary[purpose].name,
    destination: standby[purpose].name,
    ruleId: `${purpose}-to-${standby.region}`,
  }));
}

/** Thresholds follow from the objectives: what passes one endangers them. */
function alarmsOf(
  { settings, region, alarmRegion, stack }: ProtectionPlace,
  replicated: ReturnType<typeof rulesOf>,
): void {
  const { rpo, rto, lease, incrementalBackups, audit, eventsTopic, kafka, alarms } = settings;
  const who = { stack, line: "main", emails: alarms.emails };
  const backups = gapOf(incrementalBackups);
  const audits = gapOf(audit);
  new AwsAlarms("alarms-recovery", {
    ...who,
    region: alarmRegion,
    published: {
      ...(backups === undefined ? {} : { backupAge: 2 * backups + kafka.backupTime }),
      ledgerVerified: 1,
      ...(audits === undefined ? {} : { proofAge: 2 * audits }),
      archiveLag: rpo,
      leaseAge: lease.ttl,
      databaseAge: Math.max(rpo, 1800),
      // A standby that took over has no copy anywhere until it is reprotected: this one stands until then.
      ...(settings.role === "standby" ? { copyLag: Math.max(rpo, 1800) } : {}),
    },
  });
  new AwsAlarms("alarms", {
    ...who,
    region,
    published: {},
    databases: settings.postgres.adopt === undefined,
    ...(replicated.length === 0
      ? {}
      : {
          replication: {
            rules: replicated.map((rule) => ({
              ...rule,
              quietMinutes: Math.min(1440, Math.ceil((2 * (backups ?? 43_200)) / 60)),
            })),
          },
        }),
    consumer: {
      cluster: kafka.adopt?.clusterArn.split("/")[1] ?? physicalName(region, "kafka", 64),
      group: consumerGroup,
      topic: eventsTopic,
      maxSeconds: rto / 4,
    },
  });
}
