import { z } from "zod";
import { postgresNames } from "../../components/postgres/role-names.ts";
import { off, seconds } from "./parts.ts";

const perZone = z.tuple([z.string(), z.string(), z.string()]);
const reason = z.string().min(10, "a reason of at least 10 characters");
const cidr = z.string().regex(/^[\d.]+\/\d+$/, 'a network, for example "10.20.0.0/16"');

/** Where the platform is: a network of its own, or one that is there. */
export const network = z.union(
  [
    z.strictObject({
      create: z.strictObject({
        cidr,
        nat: z
          .union([z.literal("one per zone"), z.strictObject({ one: reason }), off])
          .default("one per zone"),
        flowLogs: z
          .union([z.strictObject({ retentionDays: z.int().positive() }), off])
          .default({ retentionDays: 90 }),
      }),
    }),
    z.strictObject({
      adopt: z.strictObject({
        vpcId: z.string(),
        cidr,
        privateSubnetIds: perZone,
        isolatedSubnetIds: perZone.optional(),
      }),
    }),
  ],
  'write {create: {cidr: "10.20.0.0/16"}}, or {adopt: {vpcId, cidr, privateSubnetIds: three of three zones}}',
);

export const cluster = z.union(
  [
    z.strictObject({
      create: z.strictObject({
        endpoint: z.union([
          z.strictObject({ public: z.strictObject({ cidrs: z.array(z.string()) }) }),
          z.strictObject({ private: z.literal(true) }),
        ]),
        admins: z.array(z.string()).min(1, "ARNs of IAM roles that administer the cluster"),
        nodesPerZone: z.int().min(1).default(2),
        instanceTypes: z.array(z.string()).min(1).optional(),
        login: z.enum(["service-account", "aws-cli"]).default("service-account"),
      }),
    }),
    z.strictObject({
      adopt: z.strictObject({ clusterName: z.string(), storageClass: z.string() }),
    }),
  ],
  "write {create: {endpoint: {public: {cidrs: [your addresses]}}, admins: [ARNs]}}, or " +
    "{adopt: {clusterName, storageClass}} with the secret recover:clusterKubeconfig",
);

export const imageOrigin = z.union(
  [
    z.strictObject({ pullThrough: z.strictObject({ dockerHubSecretArn: z.string() }) }),
    z.strictObject({ mirror: z.string() }),
  ],
  'write {pullThrough: {dockerHubSecretArn: "arn:…"}}, or {mirror: "registry/path"} in this region',
);

export const reprotect = z.strictObject({
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'write a region, for example "eu-central-1"'),
  vaultName: z.string(),
});

export const clickhouseOperator = z.union(
  [
    z.strictObject({
      install: z.strictObject({
        crds: z.union([
          z.strictObject({ path: z.string() }),
          z.strictObject({ url: z.url(), sha256: z.string() }),
        ]),
      }),
    }),
    z.strictObject({ existing: z.strictObject({ namespace: z.string() }) }),
  ],
  'write {install: {crds: {path: "operator-crds.yaml"}}}, or {existing: {namespace}}',
);

export const archive = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("lenses"),
      plugin: z.strictObject({
        path: z.string(),
        sha256: z.string(),
        /** Whether its S3 client sends the checksums that a locked bucket asks for. */
        sendsChecksums: z.boolean().default(false),
      }),
    }),
    z.strictObject({ kind: z.literal("firehose") }),
  ],
  'there is no such archive: write {kind: "lenses", plugin: {path, sha256}} or {kind: "firehose"}',
);

export const kafka = z
  .strictObject({
    adopt: z.strictObject({ clusterArn: z.string() }).optional(),
    instanceType: z.string().default("kafka.m7g.large"),
    brokersPerZone: z.int().positive().default(1),
    maxGibPerBroker: z.int().positive().default(16_384),
    /** Of all partitions together at peak, as producers send them. */
    bytesPerSecond: z.number().positive().default(1_000_000),
    backupTime: seconds.prefault("1 hour"),
    /** Until somebody notices, decides and begins. */
    margin: seconds.prefault("3 days"),
    /** Asked for instead of what the objectives need. */
    retention: seconds.optional(),
  })
  .prefault({});

export const postgres = z.strictObject({
  adopt: z.strictObject({ identifier: z.string() }).optional(),
  instanceClass: z.string().default("db.r6g.large"),
  majorVersion: z.int().default(17),
  allocatedGib: z.int().default(100),
  maxAllocatedGib: z.int().optional(),
  deployment: z
    .union([
      z.enum(["multiAzInstance", "multiAzCluster"]),
      z.strictObject({ singleAz: z.literal(true), because: reason }),
    ])
    .default("multiAzInstance"),
  backupRetentionDays: z.int().min(1).max(35).default(14),
  replication: z.union([z.literal(true), off]).default(true),
  /** Standby: the replicated backup that a failover restores; `npm run pair` writes it. */
  backupArn: z.string().optional(),
  /** Standby: latest, or UTC as in 2026-11-22T23:15:00Z. */
  restoreTime: z.string().default("latest"),
  names: postgresNames.prefault({}),
  /** Near end of a tunnel: RDS is in a private network. */
  adminEndpoint: z.string().optional(),
  manageRoles: z.union([z.literal(true), off]).default(true),
});

export const clickhouse = z
  .strictObject({
    replicas: z.int().min(1).max(3).default(1),
    shards: z.int().min(1).default(1),
    storage: z.string().default("200Gi"),
    cpu: z.string().default("2"),
    memory: z.string().default("8Gi"),
  })
  .prefault({});

export const zookeeper = z
  .strictObject({
    members: z.int().default(3),
    storage: z.string().default("20Gi"),
    snapshots: z
      .union([off, z.strictObject({ cron: z.string() })])
      .default({ cron: "*/10 * * * *" }),
  })
  .prefault({});

export const alarms = z.strictObject({ emails: z.array(z.string()).default([]) }).prefault({});
