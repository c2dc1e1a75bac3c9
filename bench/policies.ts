// node bench/policies.ts: what the policy pack adds to a preview of 300 resources, measured at the calls
// that the engine makes (protocol buffers included), cold, as every preview is. One line of JSON; exit 1 above a second.
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";
import * as aws from "@pulumi/aws";
import { configOf, policiesOf } from "../policies/engine.ts";
import { rules } from "../policies/index.ts";
import { readStackOnce } from "../policies/read-once.ts";
import { readSettings } from "../policies/settings/index.ts";
import { StackBuilder } from "../policies/testing/builder.ts";
import { copiedBucket } from "../policies/testing/buckets.ts";
import { cluster, firehose, topic } from "../policies/testing/kafka.ts";
import { previewOf } from "../policies/testing/sources.ts";
import { cronJob, statefulSet } from "../policies/testing/workloads.ts";
import { machine, rounded } from "./machine.ts";

const aimSeconds = 1;
const wanted = 300;

interface State {
  readonly urn: string;
  readonly type: string;
  readonly inputs: object;
  readonly outputs: object;
  readonly provider?: string;
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
}
type Call = (call: object, done: (error: unknown, answer: unknown) => void) => void;

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return -- the pack's server and the engine's messages have no types */
const require = createRequire(import.meta.url);
const server: any = require("@pulumi/policy/server");
const messages: any = require("@pulumi/pulumi/proto/analyzer_pb");
const { Struct }: any = require("google-protobuf/google/protobuf/struct_pb");

function messageOf(state: State, properties: object, kind: any): any {
  const message = new kind();
  message.setType(state.type);
  message.setUrn(state.urn);
  message.setName(state.urn.split("::").at(-1));
  message.setProperties(Struct.fromJavaScript(properties));
  message.setOptions(new messages.AnalyzerResourceOptions());
  const provider = new messages.AnalyzerProviderResource();
  provider.setType("pulumi:providers:aws");
  provider.setName("aws");
  provider.setUrn("urn:pulumi:prod::platform::pulumi:providers:aws::aws");
  provider.setProperties(Struct.fromJavaScript({ region: "eu-central-1" }));
  message.setProvider(provider);
  for (const [key, urns] of Object.entries(state.propertyDependencies ?? {})) {
    const list = new messages.AnalyzerPropertyDependencies();
    list.setUrnsList([...urns]);
    message.getPropertydependenciesMap?.().set(key, list);
  }
  return message;
}

function build(): State[] {
  const s = new StackBuilder("prod");
  for (let i = 0; s.built.length < wanted; i += 1) {
    copiedBucket(s, undefined, { name: `backups-${i}` });
    s.add(aws.rds.Instance, `db-${i}`, { instanceClass: "db.m7g.large", engine: "postgres" });
    cluster(s, {}, { name: `kafka-${i}` });
    firehose(s, topic(s, `events-${i}`).out("name"));
    s.add(aws.kms.Key, `key-${i}`, {});
    s.add(aws.secretsmanager.Secret, `secret-${i}`, {});
    statefulSet(s, `zookeeper-${i}`);
    statefulSet(s, `clickhouse-${i}`);
    cronJob(s, `clickhouse-backup-${i}`, "*/15 * * * *");
  }
  const { steps } = previewOf(s) as { steps: { newState: State }[] };
  return steps.map(({ newState }) => newState).filter(({ type }) => !type.startsWith("pulumi:"));
}

async function measure(): Promise<{
  resources: number;
  inputs: number;
  stack: number;
  findings: number;
}> {
  const settings = readSettings({}, "prod", rules);
  const policies = policiesOf(rules, settings, { name: "prod" }, () => new Date());
  const analyze: Call = server.makeAnalyzeRpcFun("recover", "0.1.0", "advisory", policies);
  const analyzeStack: Call = server.makeAnalyzeStackRpcFun(
    "recover",
    "0.1.0",
    "advisory",
    policies,
  );
  void configOf(rules, settings);
  const states = build();
  const before = states.map((each) => messageOf(each, each.inputs, messages.AnalyzeRequest));
  const request = new messages.AnalyzeStackRequest();
  request.setResourcesList(
    states.map((each) => messageOf(each, each.outputs, messages.AnalyzerResource)),
  );
  const ask = (call: Call, message: unknown) =>
    new Promise<any>((resolve, reject) => {
      call({ request: message }, (error, answer) => {
        if (error) reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
        else resolve(answer);
      });
    });
  const start = performance.now();
  for (const each of before) await ask(analyze, each);
  const middle = performance.now();
  const answer = await ask(analyzeStack, request);
  const end = performance.now();
  return {
    resources: states.length,
    inputs: (middle - start) / 1000,
    stack: (end - middle) / 1000,
    findings: answer.getDiagnosticsList().length,
  };
}

const where = machine();
readStackOnce();
const first = await measure();
const total = first.inputs + first.stack;
console.log(
  JSON.stringify({
    machine: where,
    rules: rules.length,
    resources: first.resources,
    findings: first.findings,
    inputsSeconds: rounded(first.inputs),
    stackSeconds: rounded(first.stack),
    addedSeconds: rounded(total),
    aimSeconds,
  }),
);
process.exitCode = total < aimSeconds ? 0 : 1;
