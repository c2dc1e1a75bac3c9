import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { eks, nodes } from "../../testing/eks.ts";
import rule from "./endpoint-closed.ts";

type Vpc = Partial<aws.types.input.eks.ClusterVpcConfig>;
const endpointPrivateAccess = true;
const cluster = (s: StackBuilder, vpc: Vpc) => eks(s, {}, { endpointPrivateAccess, ...vpc });

const cases: Cases = {
  rule,
  pass: [
    {
      title: "from within alone",
      stack: (s) => {
        cluster(s, { endpointPublicAccess: false });
        nodes(s);
      },
      config: { onlyPrivate: true },
      of: ["platform"],
    },
    {
      title: "from named addresses too",
      stack: (s) =>
        cluster(s, { endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.5/32"] }),
    },
    {
      title: "private, and AWS says what its public endpoint would take",
      stack: (s) => cluster(s, { endpointPublicAccess: false, publicAccessCidrs: ["0.0.0.0/0"] }),
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => cluster(s, {}),
      says: "everybody reaches the API of Cluster platform: set vpcConfig.endpointPublicAccess to false",
      of: ["platform"],
    },
    {
      title: "an empty list, and one address among them that is all",
      stack: (s) => {
        cluster(s, { endpointPublicAccess: true, publicAccessCidrs: [] });
        const publicAccessCidrs = ["203.0.113.5/32", "0.0.0.0/0"];
        eks(s, {}, { endpointPrivateAccess, publicAccessCidrs }, "other");
      },
      says: "everybody reaches the API",
      of: ["other", "platform"],
    },
    {
      title: "named addresses, where nobody is wanted",
      stack: (s) => cluster(s, { publicAccessCidrs: ["203.0.113.5/32", "203.0.113.9/32"] }),
      config: { onlyPrivate: true },
      says: "203.0.113.5/32, 203.0.113.9/32 reach the API of Cluster platform: set",
    },
    {
      title: "nodes go around",
      stack: (s) => eks(s, {}, { publicAccessCidrs: ["203.0.113.5/32"] }),
      says: "nodes of Cluster platform reach its API over the internet: set vpcConfig.endpointPrivateAccess to true",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => cluster(s, { endpointPublicAccess: notKnown() }),
      says: "vpcConfig.endpointPublicAccess of Cluster platform is not known",
    },
  ],
  notApplicable: [{ title: "no cluster", stack: (s) => s.add(aws.s3.Bucket, "events", {}) }],
};
export default cases;
