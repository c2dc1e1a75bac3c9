import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./ensemble-tidy.ts";

const variable = (name: string, value: string) => (s: StackBuilder) =>
  statefulSet(s, "zookeeper", { container: { env: [{ name, value }] } });
const file = (text: string) => (s: StackBuilder) => {
  statefulSet(s, "zookeeper");
  s.add(ConfigMap, "settings", { data: { "zoo.cfg": text } });
};

const cases: Cases = {
  rule,
  pass: [
    {
      title: "official image",
      stack: variable("ZOO_AUTOPURGE_PURGEINTERVAL", "1"),
      of: ["zookeeper"],
    },
    { title: "Bitnami's", stack: variable("ZOO_AUTOPURGE_INTERVAL", "24") },
    { title: "a file", stack: file("tickTime=2000\nautopurge.purgeInterval=12\n") },
    { title: "a file, with blanks", stack: file("autopurge.purgeInterval = 012") },
    {
      title: "a file beside an empty entry",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        const data = { none: null as unknown as string, "zoo.cfg": "autopurge.purgeInterval=1" };
        s.add(ConfigMap, "settings", { data });
      },
    },
    {
      title: "the command",
      stack: (s) =>
        statefulSet(s, "zookeeper", {
          container: { command: ["sh", "-c"], args: ["echo autopurge.purgeInterval=1 >> zoo.cfg"] },
        }),
    },
  ],
  violation: [
    {
      title: "nothing said",
      stack: (s) => statefulSet(s, "zookeeper"),
      says: "StatefulSet zookeeper keeps every snapshot and log until its disk is full",
    },
    { title: "off", stack: variable("ZOO_AUTOPURGE_PURGEINTERVAL", "0"), says: "set autopurge" },
    {
      title: "another variable",
      stack: variable("ZOO_AUTOPURGE_SNAPRETAINCOUNT", "3"),
      says: "set",
    },
    { title: "somebody's own", stack: variable("MY_ZOO_AUTOPURGE_INTERVAL", "1"), says: "set" },
    { title: "another's", stack: variable("ZOO_AUTOPURGE_INTERVAL_MS", "1"), says: "set" },
    { title: "off in the file", stack: file("autopurge.purgeInterval=0"), says: "set autopurge" },
  ],
  unknown: [
    {
      title: "a file that is not known",
      stack: (s) => {
        statefulSet(s, "zookeeper");
        s.add(ConfigMap, "settings", { data: notKnown() });
      },
      says: "data of ConfigMap settings is not known",
    },
    {
      title: "variables that are not known",
      stack: (s) => statefulSet(s, "zookeeper", { container: { env: notKnown() } }),
    },
  ],
  notApplicable: [
    { title: "none", stack: (s) => statefulSet(s, "cache"), says: "has no ZooKeeper ensemble" },
  ],
};
export default cases;
