import { createHash } from "node:crypto";
import { keyPair } from "../../scripts/ledger/fixture.ts";
import * as wire from "../../tests/harness/aws/answers.ts";
import { fakeRegion, type Answers, type Call } from "../../tests/harness/aws/endpoint.ts";
import { openStack, type OpenStack } from "../stack/open.ts";
import { preflight, type Preflight } from "./run.ts";

export const account = "111122223333";
export const [primary, standby] = ["eu-central-1", "eu-west-1"] as const;
const credentials = { accessKeyId: "AKIAOFATEST", secretAccessKey: "secret-of-a-test" };
export const keys = keyPair();
export const backupArn = `arn:aws:rds:${standby}:${account}:auto-backup:ab-1`;

/** As a user's files are, where the examples say CHANGE. */
const own = (region: string) => ({
  account,
  images: Object.fromEntries(
    ["clickhouse", "zookeeper", "node", "operator", "operatorMetrics"].map((name) => [
      name,
      `sha256:${createHash("sha256").update(name).digest("hex")}`,
    ]),
  ),
  cluster: {
    create: {
      endpoint: { public: { cidrs: ["198.51.100.7/32"] } },
      admins: [`arn:aws:iam::${account}:role/platform`],
      nodesPerZone: 2,
    },
  },
  alarms: { emails: ["oncall@acme.test"] },
  imageOrigin: {
    pullThrough: {
      dockerHubSecretArn: `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/hub-AbCdEf`,
    },
  },
});

const wanted = {
  prod: () => openStack("prod", { instead: own(primary) }),
  firehose: () =>
    openStack("prod", { instead: { ...own(primary), archive: { kind: "firehose" } } }),
  dr: () =>
    openStack("dr", {
      instead: {
        ...own(standby),
        vaultKeyArn: `arn:aws:kms:${standby}:${account}:key/1`,
        trust: { k1: keys.publicKey },
        postgres: { backupArn, adminEndpoint: "127.0.0.1:15432" },
      },
    }),
  /** After the day: the other region is asked for the copy. */
  reprotected: () =>
    openStack("dr", {
      instead: {
        ...own(standby),
        mode: "reprotect",
        vaultKeyArn: `arn:aws:kms:${standby}:${account}:key/1`,
        trust: { k1: keys.publicKey },
        postgres: { backupArn, adminEndpoint: "127.0.0.1:15432" },
      },
    }),
  /** Which copy is restored is looked up on the day. */
  "dr without an ARN": () =>
    openStack("dr", {
      instead: {
        ...own(standby),
        vaultKeyArn: `arn:aws:kms:${standby}:${account}:key/1`,
        trust: { k1: keys.publicKey },
        primaryRegion: primary,
        postgres: { adminEndpoint: "127.0.0.1:15432" },
      },
    }),
};
export type StackName = keyof typeof wanted;
const stacks = new Map<StackName, OpenStack>();

/** Records the stacks that a file's tests ask for; call it in `beforeAll`. */
export async function record(...names: readonly StackName[]): Promise<void> {
  for (const name of names) stacks.set(name, await wanted[name]());
}

export interface Asked extends Preflight {
  readonly calls: readonly Call[];
}

/** Both regions' endpoints, with what they answer otherwise. */
export async function ask(
  stack: StackName,
  otherwise: Readonly<Record<string, Answers>> = {},
): Promise<Asked> {
  const regions = await Promise.all(
    [primary, standby].map((region) =>
      fakeRegion(region, { ...wire.emptyRegion(region, account), ...otherwise[region] }),
    ),
  );
  const opened = stacks.get(stack);
  if (opened === undefined) throw new Error(`no stack ${stack}`);
  const result = await preflight(opened, {
    credentials,
    endpoint: (name) =>
      regions.find(({ region }) => region === name)?.endpoint ?? "http://127.0.0.1:1",
  });
  return { ...result, calls: regions.flatMap(({ calls }) => calls) };
}

/** Those of AWS; the two files of vendor/ are in no checkout. */
export const redOf = ({ rows }: Preflight) =>
  rows.filter(({ status, region }) => status === "red" && region !== "-");
export const saying = (result: Preflight) =>
  redOf(result).map(({ region, what, found }) => `${region} ${what}: ${found}`);
