import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import type { StackBuilder } from "../../testing/builder.ts";
import rule from "./pulumi-outlives-region.ts";

const any = (s: StackBuilder) => s.add(aws.kms.Key, "key", {});
const objectives = (secretsProvider: string | undefined, backend: string) => ({
  primaryRegion: "us-east-1",
  backend,
  ...(secretsProvider === undefined ? {} : { secretsProvider }),
});
const there = "s3://state?region=eu-west-1";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both elsewhere",
      stack: any,
      objectives: objectives("awskms://alias/pulumi?region=eu-west-1", there),
    },
    {
      title: "a multi-Region key, Pulumi Cloud",
      stack: any,
      objectives: objectives("awskms:///mrk-0123?region=us-east-1", "https://api.pulumi.com"),
    },
    {
      title: "an address that only speaks of a bucket",
      stack: any,
      objectives: objectives("passphrase", "https://state.example/s3://b?region=us-east-1"),
    },
    {
      title: "a passphrase, as the state tells; the primary is in its own region",
      stack: (s) => {
        any(s);
        s.secretsProvider = { type: "passphrase" };
      },
      objectives: { role: "primary", region: "us-east-1", backend: there },
      only: ["exported state"],
    },
  ],
  violation: [
    {
      title: "the key",
      stack: any,
      objectives: objectives("awskms://alias/pulumi?region=us-east-1", there),
      says: "the key of the stack's secrets is in us-east-1, which is lost with the primary (awskms://alias/pulumi?region=us-east-1)",
    },
    {
      title: "the state",
      stack: any,
      objectives: objectives("passphrase", "s3://state?region=us-east-1&awssdk=v2"),
      says: "Pulumi's state is in us-east-1",
    },
    {
      title: "the key, as the state tells",
      stack: (s) => {
        any(s);
        s.secretsProvider = { type: "cloud", url: "awskms://alias/pulumi?region=us-east-1" };
      },
      objectives: objectives(undefined, there),
      only: ["exported state"],
      says: "the key of the stack's secrets is in us-east-1",
    },
  ],
  unknown: [
    {
      title: "nothing is told",
      stack: any,
      objectives: { primaryRegion: "us-east-1" },
      says: /where the key of the stack's secrets is is not told \(objectives.secretsProvider, or exported state\)[^]*where Pulumi's state is is not told \(objectives.backend\)/,
    },
    {
      title: "no region is in the address",
      stack: any,
      objectives: objectives("awskms://alias/pulumi", there),
      says: "write ?region=",
    },
  ],
  notApplicable: [
    {
      title: "no primary region is declared",
      stack: any,
      objectives: { region: "us-east-1" },
      says: "the primary's region is not declared",
    },
    {
      title: "the standby's own region is not the primary's",
      stack: any,
      objectives: { role: "standby", region: "us-east-1" },
    },
  ],
};
export default cases;
