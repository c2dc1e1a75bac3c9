import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { dataTags, type AwsRegion } from "../../components/aws/context.ts";
import { AwsSupportBucket } from "../../components/aws/support-bucket.ts";
import type { Crd } from "../../components/clickhouse/crds.ts";
import { ClickHouseOperator } from "../../components/clickhouse/operator.ts";
import { AwsCluster, type AwsClusterArgs } from "../../components/eks/aws.ts";
import { AwsImages, imageAddress, type ImageName } from "../../components/eks/images.ts";
import { storeBundle } from "../../components/job/bundle.ts";
import type { StoredBundle } from "../../components/job/runner.ts";
import type { AwsKeys } from "../../components/keys/aws.ts";
import type { KubernetesCluster } from "../../components/kubernetes/context.ts";
import { Key } from "../../components/local/key.ts";
import { AwsNetwork } from "../../components/network/aws.ts";
import type { VaultReach } from "../../components/vault/writers.ts";
import { isRehearsal, type AwsSettings } from "../settings.ts";
import { newest, history } from "../history.ts";
import { rolesOf, type Roles } from "./roles.ts";

/** What is read from outside before the program begins. */
export interface Externals {
  /** Definitions of the ClickHouse operator; none where it is installed already. */
  readonly crds: readonly Crd[];
  /** The scripts that Jobs run. */
  readonly bundle: { readonly version: string; readonly sha256: string; readonly file: string };
}

export interface FoundationArgs {
  readonly settings: AwsSettings;
  readonly externals: Externals;
  readonly region: AwsRegion;
  /** Region of the control bucket: the standby's. */
  readonly controlRegion: AwsRegion;
  readonly keys: AwsKeys;
  readonly reach: pulumi.Output<VaultReach>;
  readonly control: pulumi.Input<string>;
  /** Epoch that the roles are for. */
  readonly epoch: pulumi.Input<number>;
  readonly line: pulumi.Input<string>;
  /** A pilot light has no nodes. */
  readonly nodes: boolean;
  readonly dependsOn: readonly pulumi.Resource[];
}

/** What a region needs before any engine: all of it can wait there, without a node, for the day. */
export interface Foundation {
  readonly network: AwsNetwork;
  readonly cluster: AwsCluster;
  readonly kubernetes: KubernetesCluster;
  readonly image: (name: ImageName) => string;
  readonly bundle: StoredBundle;
  readonly roles: Roles;
  /** Of logs and the connector's file. */
  readonly support: AwsSupportBucket;
  /** Of the archive's connector. */
  readonly connectorGroup: pulumi.Output<string>;
  /** What a pod of ours waits for. */
  readonly ready: readonly pulumi.Resource[];
  /** What ClickHouse waits for. */
  readonly operator: readonly pulumi.Resource[];
}

/** Network, cluster, images, identities, scripts: the same in a pilot light and behind it. */
export function foundationOf(args: FoundationArgs): Foundation {
  const { settings, externals, region, keys } = args;
  const after = { dependsOn: [...args.dependsOn] };
  const logKeyArn = keys.arnOf("cluster");
  const network = new AwsNetwork(
    "network",
    { region, source: networkSource(settings, logKeyArn) },
    after,
  );
  const imageArgs = { region, origin: settings.imageOrigin, digests: settings.images };
  const images = new AwsImages("images", imageArgs, after);
  const cluster = new AwsCluster(
    "eks",
    { region, source: clusterSource(args, network, images, logKeyArn) },
    after,
  );
  const provider = { provider: cluster.kubernetes };
  const namespace = new kubernetes.core.v1.Namespace(
    "namespace",
    { metadata: { name: namespaceOf(settings), labels: podSecurity } },
    // Everything in it would go with it.
    { ...provider, protect: true, retainOnDelete: true },
  );
  const within: KubernetesCluster = {
    provider: cluster.kubernetes,
    namespace: namespace.metadata.apply(({ name }) => name),
  };
  const operator = new ClickHouseOperator("operator", {
    provider: cluster.kubernetes,
    namespace: within.namespace,
    source:
      "existing" in settings.clickhouseOperator
        ? { existing: true }
        : {
            install: {
              crds: externals.crds,
              images: images.source,
              password: new Key("operator-password", { kind: "password" }).value,
              running: args.nodes,
            },
          },
  });
  const lost = newest(history(settings), "clickhouse");
  const roles = rolesOf({
    region,
    account: settings.account,
    cluster,
    kubernetes: within,
    epoch: args.epoch,
    line: args.line,
    rehearsal: isRehearsal(settings),
    reach: args.reach,
    topic: settings.eventsTopic,
    kafkaArn: settings.kafka.adopt?.clusterArn,
    secretsKeyArn: keys.arnOf("credentials"),
    clickhouseAccount: lost === undefined ? "clickhouse" : `clickhouse-${lost.label}`,
    ...(lost === undefined ? {} : { suffix: `-${lost.label}` }),
    metricsRegion: args.controlRegion.name,
    connector: settings.archive.kind === "lenses",
    permissionsBoundary: settings.permissionsBoundary,
  });
  return {
    network,
    cluster,
    kubernetes: within,
    image: (name) => imageAddress(imageArgs, settings.account, name),
    bundle: storeBundle("bundle", {
      region: args.controlRegion,
      bucket: args.control,
      bundle: externals.bundle,
    }),
    roles,
    support: new AwsSupportBucket("support", { region }, after),
    connectorGroup: connectorGroup(region, network),
    ready: [images, ...cluster.ready, ...network.ready, ...roles.ready],
    operator: operator.ready,
  };
}

/** https://kubernetes.io/docs/concepts/security/pod-security-admission */
const podSecurity = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
};

function namespaceOf({ clickhouseOperator, install }: AwsSettings): string {
  return "existing" in clickhouseOperator ? clickhouseOperator.existing.namespace : install;
}

function networkSource(
  { network, zones, permissionsBoundary }: AwsSettings,
  logKeyArn: pulumi.Output<string>,
): ConstructorParameters<typeof AwsNetwork>[1]["source"] {
  if ("adopt" in network) {
    const { vpcId, privateSubnetIds, isolatedSubnetIds } = network.adopt;
    return {
      adopt: {
        vpcId,
        privateSubnetIds,
        ...(isolatedSubnetIds === undefined ? {} : { isolatedSubnetIds }),
      },
    };
  }
  return {
    create: {
      ...network.create,
      zones,
      logKeyArn,
      permissionsBoundaryArn: permissionsBoundary,
    },
  };
}

function clusterSource(
  { settings, nodes }: FoundationArgs,
  network: AwsNetwork,
  images: AwsImages,
  keyArn: pulumi.Output<string>,
): AwsClusterArgs["source"] {
  const { cluster, permissionsBoundary } = settings;
  if ("adopt" in cluster) {
    const kubeconfig = new pulumi.Config("recover").getSecret("clusterKubeconfig");
    return { adopt: { ...cluster.adopt, kubeconfig, vpcId: network.vpcId } };
  }
  const { endpoint, admins, nodesPerZone, instanceTypes, login } = cluster.create;
  return {
    create: {
      privateSubnetIds: network.privateSubnetIds,
      keyArn,
      endpoint,
      admins,
      login,
      nodes: {
        perZone: nodes ? nodesPerZone : 0,
        maxPerZone: nodesPerZone * 2,
        ...(instanceTypes === undefined ? {} : { instanceTypes }),
      },
      after: network.ready,
      imageCaches: images.caches,
      permissionsBoundaryArn: permissionsBoundary,
    },
  };
}

/** The connector only calls out: brokers, S3, logs. */
function connectorGroup(region: AwsRegion, network: AwsNetwork): pulumi.Output<string> {
  const child = { provider: region.provider };
  const group = new aws.ec2.SecurityGroup(
    "connector",
    {
      vpcId: network.vpcId,
      description: "The archive's connector: calls brokers and S3, is called by nobody",
      tags: dataTags("none"),
    },
    child,
  );
  new aws.vpc.SecurityGroupEgressRule(
    "connector-out",
    { securityGroupId: group.id, ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", tags: dataTags("none") },
    child,
  );
  return group.id;
}
