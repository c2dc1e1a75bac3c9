import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { cluster, configured } from "../../testing/kafka.ts";
import rule from "./broker-durable.ts";

const good = {
  "unclean.leader.election.enable": false,
  "auto.create.topics.enable": false,
  "default.replication.factor": 3,
  "min.insync.replicas": 2,
};
const twoZones = (s: StackBuilder, serverProperties: string) => {
  const settings = s.add(aws.msk.Configuration, "settings", { serverProperties });
  cluster(s, { configurationInfo: { arn: settings.arn, revision: 1 } }, { zones: 2 });
};

const cases: Cases = {
  rule,
  pass: [
    { title: "all four", stack: (s) => configured(s, good), of: ["kafka"] },
    {
      title: "the service's defaults in three zones but for unclean elections",
      stack: (s) => configured(s, { "unclean.leader.election.enable": false }),
    },
    {
      title: "other numbers are wanted",
      stack: (s) => configured(s, { ...good, "default.replication.factor": 2 }),
      config: { replicas: 2 },
    },
  ],
  violation: [
    {
      title: "no configuration: unclean elections by default",
      stack: (s) => cluster(s),
      says: "unclean.leader.election.enable of Cluster kafka is true by default: give the cluster an aws.msk.Configuration with unclean.leader.election.enable=false",
    },
    {
      title: "unclean elections on",
      stack: (s) => configured(s, { ...good, "unclean.leader.election.enable": true }),
      says: "is true: in serverProperties of Configuration settings set unclean.leader.election.enable=false",
    },
    {
      title: "topics make themselves",
      stack: (s) => configured(s, { ...good, "auto.create.topics.enable": true }),
      says: "auto.create.topics.enable of Cluster kafka is true",
    },
    {
      title: "two replicas",
      stack: (s) => configured(s, { ...good, "default.replication.factor": 2 }),
      says: "default.replication.factor of Cluster kafka is 2, 3 is wanted",
    },
    {
      title: "one in sync",
      stack: (s) => configured(s, { ...good, "min.insync.replicas": 1 }),
      says: "min.insync.replicas of Cluster kafka is 1, 2 is wanted",
    },
    {
      title: "two zones have two replicas by default",
      stack: (s) => {
        twoZones(s, "unclean.leader.election.enable=false\nmin.insync.replicas=2");
      },
      says: "default.replication.factor of Cluster kafka is 2, 3 is wanted",
    },
    {
      title: "and one in sync",
      stack: (s) => {
        twoZones(s, "unclean.leader.election.enable=false\ndefault.replication.factor=3");
      },
      says: "min.insync.replicas of Cluster kafka is 1, 2 is wanted",
    },
    {
      title: "no number",
      stack: (s) => configured(s, { ...good, "min.insync.replicas": "many" }),
      says: "is NaN, 2 is wanted",
    },
  ],
  unknown: [
    {
      title: "the configuration is elsewhere",
      stack: (s) =>
        cluster(s, {
          configurationInfo: {
            arn: "arn:aws:kafka:eu-central-1:123456789012:configuration/x",
            revision: 1,
          },
        }),
      says: "the configuration of Cluster kafka is not in this stack",
    },
    {
      title: "settings that are not known",
      stack: (s) => {
        const settings = s.add(aws.msk.Configuration, "settings", { serverProperties: notKnown() });
        cluster(s, { configurationInfo: { arn: settings.arn, revision: 1 } });
      },
      says: "serverProperties of Configuration settings is not known",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
