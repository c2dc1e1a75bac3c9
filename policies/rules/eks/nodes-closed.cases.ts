import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { eks, nodes } from "../../testing/eks.ts";
import rule from "./nodes-closed.ts";

const ec2SshKey = "operators";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "from one group, which a preview does not know",
      stack: (s) => {
        eks(s);
        const group = s.add(aws.ec2.SecurityGroup, "bastion", {});
        nodes(s, { remoteAccess: { ec2SshKey, sourceSecurityGroupIds: [group.id] } });
      },
      of: ["nodes"],
    },
    {
      title: "groups that are not known yet",
      stack: (s) => nodes(s, { remoteAccess: { ec2SshKey, sourceSecurityGroupIds: notKnown() } }),
    },
  ],
  violation: [
    {
      title: "a key alone",
      stack: (s) => {
        nodes(s, { remoteAccess: { ec2SshKey } });
        nodes(s, { remoteAccess: { ec2SshKey, sourceSecurityGroupIds: [] } }, "others");
      },
      says: "everybody reaches port 22 of nodes of NodeGroup nodes: set remoteAccess.sourceSecurityGroupIds",
      of: ["nodes", "others"],
    },
    {
      title: "a key that is not known yet is one too",
      stack: (s) => nodes(s, { remoteAccess: { ec2SshKey: notKnown() } }),
      says: "everybody reaches port 22",
    },
  ],
  unknown: "whether a key and groups are set is known also when their values are not",
  notApplicable: [
    { title: "no nodes", stack: (s) => eks(s) },
    {
      title: "groups alone",
      stack: (s) => nodes(s, { remoteAccess: { sourceSecurityGroupIds: ["sg-1"] } }),
      says: "nobody has a key",
    },
    { title: "no key", stack: (s) => nodes(s), says: "nobody has a key", of: ["nodes"] },
  ],
};
export default cases;
