import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import * as wire from "../../tests/harness/aws/answers.ts";
import { fakeRegion, type Request } from "../../tests/harness/aws/endpoint.ts";
import { cleanUpAfterEach } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import tunnel from "../commands/tunnel.ts";
import { instanceIds, runningNode } from "./node.ts";
import { holdSession, sessionWords } from "./session.ts";
import { postgresTarget } from "./target.ts";

const urn = (type: string, name: string) => `urn:pulumi:prod::recover::${type}::${name}`;
const database = (name: string, rest: object = {}) => ({
  type: "aws:rds/instance:Instance",
  urn: urn("aws:rds/instance:Instance", `${name}-instance`),
  outputs: {
    arn: `arn:aws:rds:eu-central-1:123456789012:db:acme-prod-g1-${name}`,
    address: `${name}.c1.eu-central-1.rds.amazonaws.com`,
    port: 5432,
  },
  ...rest,
});
const cluster = {
  type: "aws:eks/cluster:Cluster",
  urn: urn("aws:eks/cluster:Cluster", "eks-cluster"),
  outputs: { name: "acme-prod-g1" },
};
const stateOf = (...resources: object[]) => ({ version: 3, deployment: { resources } });

describe("where PostgreSQL is", () => {
  test("is read from the state, also of an `up` that stopped half-way", () => {
    expect(postgresTarget(stateOf(cluster, database("postgres")), "prod")).toEqual({
      host: "postgres.c1.eu-central-1.rds.amazonaws.com",
      port: 5432,
      region: "eu-central-1",
      cluster: "acme-prod-g1",
    });
  });

  test("is asked for where there are two; one that is about to be deleted does not count", () => {
    const two = stateOf(cluster, database("postgres"), database("postgres-postgres-1"));
    expect(() => postgresTarget(two, "prod")).toThrow(
      /has the databases postgres, postgres-postgres-1: say which with --name/,
    );
    expect(postgresTarget(two, "prod", "postgres-postgres-1").host).toMatch(/^postgres-postgres-1/);
    const going = stateOf(cluster, database("postgres", { delete: true }), database("other"));
    expect(postgresTarget(going, "prod").host).toMatch(/^other/);
  });

  test.each([
    ["no state", "hello", /is none\. Give what `pulumi stack export --stack prod` prints/],
    [
      "a state without a database",
      stateOf(cluster),
      /has no RDS instance: run `pulumi up --stack prod` first/,
    ],
    [
      "a database that is not finished",
      stateOf(cluster, database("postgres", { outputs: {} })),
      /does not say where postgres-instance is/,
    ],
    ["no cluster", stateOf(database("postgres")), /does not say where its cluster is.*adopted/],
  ])("%s is refused", (_, state, message) => {
    expect(() => postgresTarget(state, "prod")).toThrow(message);
  });
});

/** EC2 of a region whose nodes these are. @returns its address and what it was asked */
async function ec2(...ids: string[]) {
  const asked: Request["fields"][] = [];
  const instances = wire.items(ids.map((id) => `<instanceId>${id}</instanceId>`));
  const { endpoint } = await fakeRegion("eu-central-1", {
    "ec2 DescribeInstances": ({ fields }) => {
      asked.push(fields);
      const reservation = `<instancesSet>${instances}</instancesSet>`;
      return wire.ec2(
        "DescribeInstances",
        `<reservationSet>${wire.items([reservation])}</reservationSet>`,
      );
    },
  });
  return { endpoint, asked };
}

const credentials = () => Promise.resolve({ accessKeyId: "a", secretAccessKey: "s" });

describe("the node that it begins at", () => {
  cleanUpAfterEach();

  test("runs, and is one of this cluster's", async () => {
    const { endpoint, asked } = await ec2("i-0b", "i-0a");
    const at = { region: "eu-central-1", cluster: "acme-prod-g1", endpoint, credentials };
    expect(await runningNode(at)).toBe("i-0a");
    expect(asked[0]).toMatchObject({
      "Filter.1.Name": "tag:eks:cluster-name",
      "Filter.1.Value.1": "acme-prod-g1",
      "Filter.2.Value.1": "running",
    });
  });

  test("is missing in a pilot light, and that is said", async () => {
    const { endpoint } = await ec2();
    await expect(
      runningNode({ region: "eu-west-1", cluster: "acme-dr-g1", endpoint, credentials }),
    ).rejects.toThrow(/no node of cluster acme-dr-g1 runs in eu-west-1.*a pilot light has none/);
  });

  test("is named once, however often it is mentioned", () => {
    expect(instanceIds("<instanceId>i-0a</instanceId><instanceId>i-0a</instanceId>")).toEqual([
      "i-0a",
    ]);
  });
});

/** A program `aws` that comes first on PATH. */
function fakeAws(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "recover-aws-cli-"));
  writeFileSync(join(folder, "aws"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "aws"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"] ?? ""}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  return folder;
}

describe("the session", () => {
  const target = {
    host: "db.test",
    port: 5432,
    region: "eu-central-1",
    cluster: "acme-prod-g1",
  };

  test("forwards one port of this machine to the database", () => {
    const words = sessionWords(target, "i-0a", 15_432);
    expect(words.slice(0, 8)).toEqual([
      ...["ssm", "start-session", "--region", "eu-central-1", "--target", "i-0a"],
      ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
    ]);
    expect(JSON.parse(words[9] ?? "")).toEqual({
      host: ["db.test"],
      portNumber: ["5432"],
      localPortNumber: ["15432"],
    });
  });

  test("is held until it is told to end", async () => {
    fakeAws("exec sleep 60");
    const stop = new AbortController();
    const held = holdSession(["ssm"], stop.signal);
    setTimeout(() => {
      stop.abort();
    }, 200);
    await held;
  });

  test.each([
    ["refused", 'echo "AccessDenied" >&2; exit 254', /could not be held \(exit code 254\)/],
    [
      "without its plugin",
      'echo "SessionManagerPlugin is not found. Please refer" >&2; exit 255',
      /lacks its Session Manager plugin\. Install it/,
    ],
  ])("%s says what to do", async (_, script, message) => {
    fakeAws(script);
    await expect(holdSession(["ssm"], new AbortController().signal)).rejects.toThrow(message);
  });

  test("without the AWS CLI says how it is had", async () => {
    vi.stubEnv("PATH", "/nonexistent");
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(holdSession(["ssm"], new AbortController().signal)).rejects.toThrow(
      /no `aws` on PATH/,
    );
  });
});

test("the command asks whose database, and reads a state from a file", async () => {
  const context = { ...silentReporter };
  const run = (stack: string | undefined, state: string) =>
    tunnel.run(stack, tunnel.params.parse({ state }), context);
  await expect(run(undefined, "x")).rejects.toThrow(/whose database\? Pass --stack/);
  await expect(run("prod", "/nonexistent/state.json")).rejects.toThrow(/cannot be read/);
});
