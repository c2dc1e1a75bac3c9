import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import type { StackBuilder } from "../../testing/builder.ts";
import { custom } from "../../types.ts";
import rule from "./one-consumer.ts";

const any = (s: StackBuilder) => s.add(aws.kms.Key, "key", {});
/** A stack whose program gives this output. */
const says = (consumers: string) => (s: StackBuilder) =>
  s.custom(custom.stack, "platform", { consumers });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "this one, by its setting; the other one by its output",
      stack: any,
      stackConfig: { "platform:consumers": "active" },
      peers: { dr: says("standby") },
    },
    {
      title: "the other one",
      stack: any,
      objectives: { consumers: "standby" },
      peers: { dr: says("active") },
    },
    {
      title: "both in the settings file, one by its role",
      stack: any,
      declared: { prod: { role: "primary" }, dr: { role: "standby" } },
    },
    {
      title: "the output wins over what is set",
      stack: says("standby"),
      stackConfig: { "platform:consumers": "active" },
      declared: { dr: { consumers: "active" } },
    },
    {
      title: "a standby that takes over, alone",
      stack: any,
      name: "dr",
      stackConfig: { "platform:role": "standby", "platform:mode": "failover" },
      declared: { prod: { consumers: "standby" } },
    },
  ],
  violation: [
    {
      title: "this one and the other one",
      stack: any,
      stackConfig: { "platform:consumers": "active" },
      peers: { dr: says("active") },
      says: "dr and prod would both consume events: set consumers of all but one to standby",
    },
    {
      title: "by the settings file alone",
      stack: any,
      declared: { prod: { consumers: "active" }, dr: { role: "primary" } },
      says: /dr and prod would both consume events: set consumers of all but one to standby$/,
    },
    {
      title: "two primaries by their configuration",
      stack: any,
      stackConfig: { "platform:role": "primary" },
      declared: { dr: { consumers: "active" } },
      says: "dr and prod would both",
    },
    {
      title: "nobody",
      stack: any,
      objectives: { consumers: "standby" },
      peers: { dr: says("standby") },
      says: "none of dr, prod consumes events",
    },
    {
      title: "nobody, of names in another order",
      stack: any,
      objectives: { consumers: "standby" },
      peers: { z: says("standby"), dr: says("standby") },
      says: "none of dr, prod, z consumes events",
    },
    {
      title: "a standby that takes over: only advice",
      stack: any,
      name: "dr",
      stackConfig: { "platform:role": "standby", "platform:mode": "failover" },
      peers: { prod: says("active") },
      says: "its fence takes the old consumer's rights away",
    },
    {
      title: "the same, by its output",
      stack: says("active"),
      name: "dr",
      stackConfig: { "platform:mode": "failover" },
      peers: { prod: says("active") },
      says: "its fence takes",
    },
    {
      title: "the same, declared",
      stack: any,
      declared: { prod: { consumers: "active" }, dr: { role: "standby", mode: "failover" } },
      says: "its fence takes",
    },
  ],
  unknown: [
    {
      title: "this one does not, and no other is given",
      stack: any,
      objectives: { consumers: "standby" },
      says: "--peer FILE",
    },
  ],
  notApplicable: [{ title: "nobody says anything", stack: any, says: "no stack says" }],
};
export default cases;
