import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated } from "../../testing/pods.ts";
import { cronJob, statefulSet } from "../../testing/workloads.ts";
import rule from "./images-pinned.ts";

const digest = `sha256:${"0".repeat(64)}`;
const web = (s: StackBuilder, image: string) => deployment(s, "web", { container: { image } });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "by a version, by digest, from a registry with a port",
      stack: (s) => {
        statefulSet(s, "db");
        cronJob(s, "backup", "0 3 * * *", { image: `clickhouse@${digest}` });
        operated(s, { image: "clickhouse/clickhouse-server:25.3" });
        web(s, "registry.example:5000/web:1.0");
      },
      of: ["backup", "clickhouse", "db", "web"],
    },
    {
      title: "by digest, where that is wanted; the tag beside it only tells people",
      stack: (s) => web(s, `web:latest@${digest}`),
      config: { digest: true },
    },
  ],
  violation: [
    {
      title: "latest",
      stack: (s) => {
        web(s, "web:latest");
        statefulSet(s, "db");
      },
      says: "container web of Deployment web runs whatever web:latest is that day: name a version in spec.template.spec.containers.0.image",
      of: ["web"],
    },
    {
      title: "no tag, though the registry has a port",
      stack: (s) => web(s, "registry.example:5000/web"),
      says: "runs whatever registry.example:5000/web is that day",
    },
    {
      title: "one that prepares the pod",
      stack: (s) =>
        deployment(s, "web", { pod: { initContainers: [{ name: "prepare", image: "busybox" }] } }),
      says: "container prepare of Deployment web runs whatever busybox is",
    },
    {
      title: "a digest is wanted",
      stack: (s) => web(s, "web:1.0"),
      config: { digest: true },
      says: "names web:1.0 by a tag: add @sha256:… to spec.template.spec.containers.0.image",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => deployment(s, "web", { container: { image: notKnown() } }),
      says: "spec.template.spec.containers.0.image of Deployment web is not known",
    },
  ],
  notApplicable: [{ title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) }],
};
export default cases;
