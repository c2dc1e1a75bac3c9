import { statSync } from "node:fs";
import { deriveRetention } from "../../components/kafka/retention.ts";
import { REPLICATION_FACTOR } from "../../components/kafka/configuration.ts";
import type { AwsSettings } from "./aws.ts";
import { contradictions } from "./objectives.ts";
import { longestGapSeconds } from "../../policies/model/schedule.ts";
import { span, type Problem } from "./parts.ts";

/** What parts of a config say against each other, each by the setting's name, with what to write. */
export function awsProblems(settings: AwsSettings): Problem[] {
  return [
    ...regions(settings),
    ...contradictions(settings),
    ...kafkaRetention(settings),
    ...engines(settings),
    ...standby(settings),
  ];
}

function regions({ role, region, standbyRegion, zones }: AwsSettings): Problem[] {
  const problems: Problem[] = [];
  if (role === "primary" && region === standbyRegion) {
    problems.push({
      path: ["standbyRegion"],
      message: `is ${region}, the primary's own: a lost region takes the copies with it. Write another region`,
    });
  }
  if (role === "standby" && region !== standbyRegion) {
    problems.push({
      path: ["standbyRegion"],
      message:
        `is ${standbyRegion}, and this standby is in ${region}: the vault's copies and the control bucket are in ` +
        "the standby's region. Write the same region twice",
    });
  }
  if (new Set(zones).size !== 3 || zones.some((zone) => !zone.startsWith(region))) {
    problems.push({
      path: ["zones"],
      message:
        `is ${zones.join(", ")}: three copies need three different zones of ${region}. Write for example ` +
        ["a", "b", "c"].map((zone) => `${region}${zone}`).join(", "),
    });
  }
  return problems;
}

/** Retention follows from the objectives; a shorter wish, or a disk too small for it, is refused here. */
function kafkaRetention(settings: AwsSettings): Problem[] {
  const { kafka } = settings;
  try {
    deriveRetention(
      kafkaObjectives(settings),
      {
        brokers: REPLICATION_FACTOR * kafka.brokersPerZone,
        replicationFactor: REPLICATION_FACTOR,
        maxGibPerBroker: kafka.maxGibPerBroker,
        fullPercent: 60,
      },
      kafka.retention === undefined ? {} : { seconds: kafka.retention },
    );
    return [];
  } catch (error) {
    const path = kafka.retention === undefined ? ["kafka"] : ["kafka", "retention"];
    return [{ path, message: error instanceof Error ? error.message : String(error) }];
  }
}

/** What a recovery needs of Kafka. */
export function kafkaObjectives(settings: AwsSettings) {
  const { kafka, rto, incrementalBackups, fullBackups, partitions } = settings;
  const crons = [incrementalBackups, fullBackups].flatMap((each) =>
    "cron" in each ? [longestGapSeconds(each.cron)] : [],
  );
  return {
    backupIntervalSeconds: Math.min(86_400 * 7, ...crons),
    backupSeconds: kafka.backupTime,
    restoreSeconds: rto,
    marginSeconds: kafka.margin,
    bytesPerSecond: kafka.bytesPerSecond,
    partitions,
  };
}

function engines(settings: AwsSettings): Problem[] {
  const { zookeeper, clickhouse, postgres, archive, keepFor, lockFor } = settings;
  const problems: Problem[] = [];
  if (clickhouse.replicas > 1) {
    problems.push({
      path: ["clickhouse", "replicas"],
      message:
        `is ${clickhouse.replicas}: the tables are not replicated yet, so every server but the first would be empty, ` +
        "and cost what it costs. Write 1: its volume outlives its pod, and a lost one comes back from the vault",
    });
  }
  if (![3, 5].includes(zookeeper.members)) {
    problems.push({
      path: ["zookeeper", "members"],
      message:
        `is ${zookeeper.members}: an even ensemble survives no more losses than one with a member less, and one ` +
        "or two survive none. Write 3 or 5",
    });
  }
  if (postgres.deployment === "multiAzCluster" && postgres.replication === true) {
    problems.push({
      path: ["postgres", "deployment"],
      message:
        "is multiAzCluster: RDS does not replicate the automated backups of a Multi-AZ cluster to another region, " +
        'so a lost region would take PostgreSQL with it. Write "multiAzInstance"',
    });
  }
  if (archive.kind === "lenses" && !isFile(archive.plugin.path)) {
    problems.push({
      path: ["archive", "plugin", "path"],
      message:
        `names ${archive.plugin.path}, and there is no such file: without the connector's code nothing is archived. ` +
        'Download the S3 connector\'s release there, or write {kind: "firehose"}, which needs none',
    });
  }
  if (keepFor < lockFor) {
    problems.push({
      path: ["keepFor"],
      message: `is ${span(keepFor)}, and backups are locked for ${span(lockFor)}. Write at least as much`,
    });
  }
  return problems;
}

function standby(settings: AwsSettings): Problem[] {
  const { role, mode, recoveries, vaultKeyArn, primaryRegion, region, postgres } = settings;
  if (role === "primary") return [];
  const problems: Problem[] = [];
  const needed = (path: string[], message: string) =>
    problems.push({
      path,
      message: `${message}. Copy it while the primary is up: \`npm run pair\``,
    });
  if (recoveries.length > 0) {
    problems.push({
      path: ["recoveries"],
      message:
        "recoveries in place are a primary's: a standby that lost an engine is destroyed and recovers again",
    });
  }
  if (vaultKeyArn === undefined) {
    needed(["vaultKeyArn"], "is not set: without the key nothing in the vault can be read");
  }
  const named = postgres.backupArn ?? postgres.adopt ?? primaryRegion;
  if (mode !== "pilot-light" && named === undefined) {
    needed(
      ["postgres", "backupArn"],
      "is not set, nor is recover:primaryRegion, whose copies could be looked up: which copy of PostgreSQL's " +
        "backups is to be restored nobody can be asked on the day",
    );
  }
  if (primaryRegion === region) {
    problems.push({
      path: ["primaryRegion"],
      message: `is ${region}, this stack's own region: it is the other one, whose loss this stack is for`,
    });
  }
  const adopted = (["kafka", "postgres", "cluster"] as const).filter(
    (part) => "adopt" in settings[part] && settings[part].adopt !== undefined,
  );
  if (mode === "drill" && adopted.length > 0) {
    problems.push({
      path: ["mode"],
      message:
        `is drill, and ${adopted.join(", ")} would be adopted: a drill writes, and what is adopted is somebody's. Leave ` +
        "`adopt` out, and it makes its own",
    });
  }
  return [...problems, ...(mode === "reprotect" ? reprotection(settings) : [])];
}

function reprotection({ reprotect, region, vaultName, postgres }: AwsSettings): Problem[] {
  if (reprotect === undefined) {
    return [
      {
        path: ["reprotect"],
        message:
          "is not set, and recover:mode is reprotect: where to? Write the region that was lost once it answers, or any " +
          "other, and a name for the vault there: {region, vaultName}",
      },
    ];
  }
  const problems: Problem[] = [];
  if (reprotect.region === region) {
    problems.push({
      path: ["reprotect", "region"],
      message: `is ${region}, this stack's own: a lost region takes the copies with it. Write another region`,
    });
  }
  if (reprotect.vaultName === vaultName) {
    problems.push({
      path: ["reprotect", "vaultName"],
      message:
        `is ${vaultName}, the vault that this stack recovered from, whose buckets may still be in the other region: what ` +
        `a returning primary wrote there stays apart. Write another name, for example ${nextName(vaultName)}`,
    });
  }
  if (postgres.deployment === "multiAzCluster") {
    problems.push({
      path: ["mode"],
      message:
        "is reprotect, and postgres.deployment is multiAzCluster, whose backups RDS does not replicate. Write " +
        '"multiAzInstance"',
    });
  }
  return problems;
}

/** `acme` → `acme-2` → `acme-3`. */
function nextName(vaultName: string): string {
  const [, stem = vaultName, number = "1"] = /^(.+)-(\d+)$/.exec(vaultName) ?? [];
  return `${stem}-${Number(number) + 1}`;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
