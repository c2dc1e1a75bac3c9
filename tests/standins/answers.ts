/** What only the cloud knows, the same for recorded programs (mocks) and for the stand-in of a provider. */

export const account = "123456789012";

/** What steps answer: each reads what it needs of it. */
const step = {
  epoch: 1,
  nextEpoch: 2,
  epochs: [1],
  ledger: null,
  clusterId: "cluster-of-a-test",
  topicIds: { clickhouse_events_json: "topic-of-a-test" },
};

/** Outputs by type, or by type and name. */
export function outputsIn(region: string): Readonly<Record<string, Record<string, unknown>>> {
  return {
    "recover:index:Key": {
      value: "canary-of-a-key",
      keyId: "0123456789abcdef",
      publicKey: "public",
      privateKey: "canary-of-a-private-key",
    },
    "recover:index:Step": {
      result: { ...step, result: { ...step, epoch: 2 }, startedAt: "", finishedAt: "" },
      startedAt: "2026-01-01T00:00:00Z",
      finishedAt: "2026-01-01T00:00:01Z",
    },
    // Named by AWS: what belongs to them names them so.
    ...Object.fromEntries(
      [
        "support-bucket",
        "vault-logs-bucket",
        "vault-logs-standby-bucket",
        "vault-copy-logs-bucket",
      ].map((name) => [`aws:s3/bucket:Bucket ${name}`, { bucket: `${name}-id` }]),
    ),
    "aws:eks/cluster:Cluster": {
      endpoint: "https://cluster.test",
      certificateAuthority: { data: "Y2E=" },
      vpcConfig: { clusterSecurityGroupId: "sg-cluster" },
    },
    "aws:msk/cluster:Cluster": {
      arn: `arn:aws:kafka:${region}:${account}:cluster/acme-test-g1-kafka/0f1e-2`,
      bootstrapBrokersSaslScram: "scram:9096",
      bootstrapBrokersSaslIam: "iam:9098",
    },
    "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 7 },
    "aws:msk/configuration:Configuration": { latestRevision: 1 },
    "aws:mskconnect/customPlugin:CustomPlugin": { latestRevision: 1 },
    "aws:mskconnect/workerConfiguration:WorkerConfiguration": { latestRevision: 1 },
    "aws:s3/bucketObjectv2:BucketObjectv2": { versionId: "3sL4kqtJlcpXroDTDmJ" },
    "aws:rds/instance:Instance": {
      address: "postgres.test",
      port: 5432,
      resourceId: "db-ABCDEF",
      engineVersionActual: "17.6",
      allocatedStorage: 100,
      iops: 3000,
      storageThroughput: 125,
      maintenanceWindow: "sun:03:00-sun:04:00",
      username: "recover_admin",
      masterUserSecrets: [{ secretArn: "arn:aws:secretsmanager:mock:master" }],
    },
    "kubernetes:core/v1:Secret": {
      data: { token: Buffer.from("canary-of-a-token").toString("base64") },
    },
  };
}

/** Outputs that the real plugin hands over as secrets, by type. */
export const secretOutputs: Readonly<Record<string, readonly string[]>> = {
  "recover:index:Key": ["value", "privateKey"],
  "kubernetes:core/v1:Secret": ["data", "stringData"],
};

/** Inputs that no answer of AWS shows, by type: what is read again lacks them. */
export const unread: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance:Instance": [
    "deleteAutomatedBackups",
    "finalSnapshotIdentifier",
    "restoreToPointInTime",
    "skipFinalSnapshot",
    "snapshotIdentifier",
  ],
};

type Inputs = Readonly<Record<string, unknown>>;

/** Answers of functions, by token. */
export const calls: Readonly<Record<string, (inputs: Inputs) => Record<string, unknown>>> = {
  "aws:eks/getClusterAuth:getClusterAuth": () => ({ token: "canary-of-a-login" }),
  // Of a cluster that is adopted, in a network that is adopted with it.
  "aws:eks/getCluster:getCluster": ({ name }) => ({
    name,
    arn: `arn:aws:eks:eu-central-1:${account}:cluster/${String(name)}`,
    vpcConfig: { vpcId: "vpc-adopted", clusterSecurityGroupId: "sg-adopted" },
  }),
  "aws:secretsmanager/getSecretVersion:getSecretVersion": () => ({
    secretString: JSON.stringify({ password: "canary-of-a-master" }),
  }),
  "aws:s3/getBucket:getBucket": ({ bucket }) => {
    const [, bucketRegion] = /([a-z]{2}-[a-z]+-\d)-[a-z]+$/.exec(String(bucket)) ?? [];
    if (String(bucket).startsWith("acme-nothing")) throw new Error("couldn't find resource");
    return { bucket, bucketRegion };
  },
  "aws:s3/getBucketObjectLockConfiguration:getBucketObjectLockConfiguration": () => ({
    objectLockEnabled: "Enabled",
  }),
};
