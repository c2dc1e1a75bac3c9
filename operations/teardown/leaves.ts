import { numberOf, textOf, type StateResource } from "./state.ts";

/** What stays on AWS after `pulumi destroy`, and how it would go. */
export interface Left {
  readonly what: string;
  /** Physical name, as AWS shows it. */
  readonly name: string;
  readonly region: string;
  readonly why: string;
  /** A date (UTC), `for ever`, or what it depends on. */
  readonly until: string;
  /** For a person who means it. */
  readonly toRemove: string;
}

interface Place {
  readonly all: readonly StateResource[];
  readonly today: Date;
}

type Rule = (resource: StateResource, place: Place) => Left | undefined;

const after = (today: Date, days: number): string =>
  new Date(today.getTime() + days * 86_400_000).toISOString().slice(0, 10);

const regionOf = ({ region }: StateResource): string => region ?? "-";
const retained = "retainOnDelete: destroy forgets it and leaves it as it is, at its price";

/** By type: what destroys nothing, or less than it looks. */
export const rules: Readonly<Record<string, Rule>> = {
  "aws:s3/bucket:Bucket": bucket,
  "aws:rds/instance:Instance": database,
  "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication": backupCopies,
  "aws:kms/key:Key": key,
  "aws:msk/cluster:Cluster": brokers,
  "aws:eks/cluster:Cluster": cluster,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": imageCache,
  "kubernetes:apps/v1:StatefulSet": volumes,
  "kubernetes:clickhouse.altinity.com/v1:ClickHouseInstallation": volumes,
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
function bucket(resource: StateResource, { all, today }: Place): Left | undefined {
  const name =
    textOf(resource.inputs["bucket"]) ?? textOf(resource.outputs["bucket"]) ?? resource.id ?? "?";
  const region = regionOf(resource);
  const part = (type: string) =>
    all.find((each) => each.type === type && textOf(each.inputs["bucket"]) === name)?.inputs;
  const empty = `aws s3 rm s3://${name} --recursive --region ${region}, its versions too, then aws s3api delete-bucket`;
  const lock = lockOf(part("aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"));
  if (lock !== undefined) {
    const lifecycle = expiryOf(
      part("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
    );
    return {
      what: "bucket with Object Lock",
      name,
      region,
      why:
        `${lock.mode}: every object version for ${lock.days} days after it was written, ` +
        (lock.mode === "COMPLIANCE"
          ? "by nobody's hand, the account's root included"
          : "but for who has s3:BypassGovernanceRetention"),
      until:
        `${after(today, lock.days)} for what was written today` +
        (lifecycle === undefined
          ? ""
          : `; its lifecycle empties the prefixes by ${after(today, lifecycle)}`),
      toRemove: `after that: ${empty}`,
    };
  }
  if (resource.retainOnDelete) {
    return { what: "bucket", name, region, why: retained, until: "for ever", toRemove: empty };
  }
  if (resource.inputs["forceDestroy"] === true) return undefined;
  return {
    what: "bucket that has to be empty",
    name,
    region,
    why: "no forceDestroy: destroy fails there while it holds an object (BucketNotEmpty)",
    until: "emptied",
    toRemove: empty,
  };
}

function lockOf(inputs: StateResource["inputs"] | undefined) {
  const rule = inputs?.["rule"] as
    { defaultRetention?: { mode?: unknown; days?: unknown; years?: unknown } } | undefined;
  const { mode, days, years } = rule?.defaultRetention ?? {};
  const length = numberOf(days) ?? (numberOf(years) ?? 0) * 365;
  return typeof mode === "string" && length > 0 ? { mode, days: length } : undefined;
}

/** Days until a lifecycle has removed an object of today, with the version behind its delete marker. */
function expiryOf(inputs: StateResource["inputs"] | undefined): number | undefined {
  const all = (inputs?.["rules"] ?? []) as {
    expiration?: { days?: unknown };
    noncurrentVersionExpiration?: { noncurrentDays?: unknown };
  }[];
  const current = all.flatMap(({ expiration }) => numberOf(expiration?.days) ?? []);
  const versions = all.flatMap(
    ({ noncurrentVersionExpiration: each }) => numberOf(each?.noncurrentDays) ?? [],
  );
  return current.length === 0 ? undefined : Math.max(...current) + Math.max(0, ...versions);
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html */
function database(resource: StateResource, { today }: Place): Left {
  const { inputs } = resource;
  const name = textOf(inputs["identifier"]) ?? resource.id ?? "?";
  const region = regionOf(resource);
  const snapshot = textOf(inputs["finalSnapshotIdentifier"]);
  const kept = inputs["deleteAutomatedBackups"] === false;
  const days = numberOf(inputs["backupRetentionPeriod"]) ?? 0;
  const leaves = [
    ...(inputs["skipFinalSnapshot"] === true ? [] : [`snapshot ${snapshot ?? "(final)"} for ever`]),
    ...(kept ? [`automated backups for ${days} days`] : []),
  ];
  const byHand =
    (inputs["deletionProtection"] === true
      ? `aws rds modify-db-instance --region ${region} --db-instance-identifier ${name} --no-deletion-protection --apply-immediately; `
      : "") +
    `aws rds delete-db-instance --region ${region} --db-instance-identifier ${name} ` +
    (inputs["skipFinalSnapshot"] === true
      ? "--skip-final-snapshot "
      : `--final-db-snapshot-identifier ${snapshot ?? `${name}-final`} `) +
    (kept ? "--no-delete-automated-backups" : "--delete-automated-backups");
  if (resource.retainOnDelete) {
    return {
      what: "database",
      name,
      region,
      why: retained,
      until: `for ever; deleted by hand it leaves ${leaves.join(" and ") || "nothing"}`,
      toRemove: byHand,
    };
  }
  return {
    what: "database's backups",
    name,
    region,
    why: `deleting it leaves ${leaves.join(" and ") || "nothing"}`,
    until: kept ? `${after(today, days)}; the snapshot for ever` : "for ever",
    toRemove: `aws rds delete-db-snapshot --region ${region} --db-snapshot-identifier ${snapshot ?? `${name}-final`}`,
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/AutomatedBackups.Replicating.Stop.html */
function backupCopies(resource: StateResource, { today }: Place): Left {
  const days = numberOf(resource.inputs["retentionPeriod"]) ?? 7;
  const region = regionOf(resource);
  return {
    what: "replicated backups of the database",
    name: resource.id ?? resource.name,
    region,
    why: `destroy ends the replication; what was copied stays for its retention, ${days} days`,
    until: after(today, days),
    toRemove: `aws rds delete-db-instance-automated-backup --region ${region} --db-instance-automated-backups-arn ${resource.id ?? "ARN"}`,
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html */
function key(resource: StateResource, { today }: Place): Left {
  const days = numberOf(resource.inputs["deletionWindowInDays"]) ?? 30;
  const name = textOf(resource.inputs["description"]) ?? resource.id ?? "?";
  const region = regionOf(resource);
  const schedule = `aws kms schedule-key-deletion --region ${region} --key-id ${resource.id ?? "ID"} --pending-window-in-days ${days}`;
  return resource.retainOnDelete
    ? {
        what: "key",
        name,
        region,
        why: `${retained}; without it every backup under it is unreadable`,
        until: `for ever; scheduled by hand it goes ${days} days later`,
        toRemove: `last of all, when nothing under it is wanted: ${schedule}`,
      }
    : {
        what: "key that is going",
        name,
        region,
        why: "destroy schedules its deletion: with it everything under it becomes unreadable",
        until: after(today, days),
        toRemove: `it goes by itself; to keep it: aws kms cancel-key-deletion --region ${region} --key-id ${resource.id ?? "ID"}`,
      };
}

function brokers(resource: StateResource): Left | undefined {
  if (!resource.retainOnDelete) return undefined;
  const region = regionOf(resource);
  return {
    what: "Kafka cluster",
    name: textOf(resource.inputs["clusterName"]) ?? resource.name,
    region,
    why: `${retained}; events that are nowhere else lie in it`,
    until: "for ever",
    toRemove: `aws kafka delete-cluster --region ${region} --cluster-arn ${resource.id ?? "ARN"}`,
  };
}

/** https://docs.aws.amazon.com/eks/latest/userguide/deletion-protection.html */
function cluster(resource: StateResource): Left | undefined {
  if (resource.inputs["deletionProtection"] !== true) return undefined;
  const name = textOf(resource.inputs["name"]) ?? resource.name;
  const region = regionOf(resource);
  return {
    what: "Kubernetes cluster",
    name,
    region,
    why: "EKS's own deletion protection refuses until it is off",
    until: "turned off",
    toRemove: `aws eks update-cluster-config --region ${region} --name ${name} --no-deletion-protection`,
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html */
function secret(resource: StateResource, { today }: Place): Left | undefined {
  const days = numberOf(resource.inputs["recoveryWindowInDays"]) ?? 30;
  if (days === 0) return undefined;
  const name = textOf(resource.inputs["name"]) ?? resource.name;
  const region = regionOf(resource);
  return {
    what: "secret's name",
    name,
    region,
    why: `${days} days in which it can be brought back; a new \`up\` before that is refused the name`,
    until: after(today, days),
    toRemove: `aws secretsmanager delete-secret --region ${region} --secret-id ${name} --force-delete-without-recovery`,
  };
}

/** https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html */
function imageCache(resource: StateResource): Left {
  const prefix = textOf(resource.inputs["ecrRepositoryPrefix"]) ?? resource.name;
  const region = regionOf(resource);
  return {
    what: "image repositories",
    name: `${prefix}/*`,
    region,
    why: "made by the first pull through the cache, not by the stack",
    until: "for ever",
    toRemove: `aws ecr describe-repositories --region ${region}, then aws ecr delete-repository --force of each ${prefix}/…`,
  };
}

/** https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention */
function volumes(resource: StateResource, { all }: Place): Left | undefined {
  const goes =
    all.some(
      ({ type, inputs }) => type.endsWith(":StorageClass") && inputs["reclaimPolicy"] === "Delete",
    ) && all.some(({ type, retainOnDelete }) => type.endsWith(":Namespace") && !retainOnDelete);
  // As in a drill: the claims go with their namespace, and the volumes with their claims.
  if (goes) return undefined;
  const { namespace = "?", name = resource.name } = (resource.inputs["metadata"] ?? {}) as {
    namespace?: string;
    name?: string;
  };
  return {
    what: "volumes",
    name: `${namespace}/${name}`,
    region: "the cluster's",
    why: "its claims are kept (Retain), and their EBS volumes outlive the cluster",
    until: "for ever",
    toRemove: `aws ec2 describe-volumes --filters Name=tag:kubernetes.io/created-for/pvc/namespace,Values=${namespace}, then delete-volume of each`,
  };
}
