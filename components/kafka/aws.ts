import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AwsRegion } from "../aws/context.ts";
import { adoptedListener, sameCluster } from "./adopt.ts";
import { createCluster, type CreateKafka } from "./aws-cluster.ts";
import { scramLogin, type ScramLogin } from "./aws-logins.ts";
import {
  attackerPolicy,
  cursorPolicy,
  fencePolicy,
  kafkaArns,
  topologyPolicy,
  type KafkaParts,
} from "./policies.ts";

export type { CreateKafka } from "./aws-cluster.ts";
export type { ScramLogin } from "./aws-logins.ts";

/**
 * A cluster that exists. It is used and never changed: its configuration must have what
 * `configuration.ts` sets, above all `allow.everyone.if.no.acl.found=false`; the fence's attack goes red
 * where it has not.
 */
export interface AdoptKafka {
  readonly kind: "adopt";
  readonly clusterArn: string;
}

export interface AwsKafkaArgs {
  readonly region: AwsRegion;
  readonly source: CreateKafka | AdoptKafka;
  /** The events topic; a job makes it. */
  readonly topic: string;
  /** ClickHouse's static consumer group. @default "clickhouse" */
  readonly group?: string;
  /** Customer-managed key of the logins' secrets: MSK refuses the account's default key. */
  readonly secretsKeyArn: pulumi.Input<string>;
  /**
   * Epochs of ClickHouse's logins, oldest first; the last one is the current.
   * @remarks Recovery: each can be taken away alone, which is what the fence does.
   */
  readonly consumerEpochs: readonly pulumi.Input<number>[];
}

/**
 * Kafka on MSK: three zones, each record on three brokers and acknowledged by two, TLS, SCRAM for
 * ClickHouse and producers, IAM for jobs and connectors. Topics and ACLs are a job's, which runs in the VPC.
 * MSK brings its own coordination: the platform's ZooKeeper ensemble is ClickHouse's alone.
 *
 * @remarks Recovery: what lies in Kafka alone is lost with the region; the archive bounds that. With the
 * region alive, retention covers what a restored backup lacks.
 */
export class AwsKafka extends pulumi.ComponentResource {
  readonly clusterArn: pulumi.Output<string>;
  /** Listener for SCRAM logins (TLS, port 9096). */
  readonly bootstrapScram: pulumi.Output<string>;
  /** Listener for IAM (TLS, port 9098). */
  readonly bootstrapIam: pulumi.Output<string>;
  /** Of the brokers; undefined for an adopted cluster. */
  readonly securityGroupId: pulumi.Output<string> | undefined;
  readonly producer: pulumi.Output<ScramLogin>;
  /** ClickHouse's login of each epoch, oldest first. */
  readonly consumers: readonly pulumi.Output<ScramLogin>[];
  /** IAM policies (JSON) of the jobs' roles. */
  readonly policies: {
    readonly topology: pulumi.Output<string>;
    readonly fence: pulumi.Output<string>;
    readonly cursor: pulumi.Output<string>;
    readonly attacker: pulumi.Output<string>;
  };

  constructor(name: string, args: AwsKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:kafka:AwsKafka", name, {}, opts);
    const { region, source, topic, group = "clickhouse" } = args;
    requireGroup(group);
    const found = this.clusterOf(name, region, source);
    this.clusterArn = found.clusterArn;
    this.bootstrapScram = found.bootstrapScram;
    this.bootstrapIam = found.bootstrapIam;
    this.securityGroupId = found.securityGroupId;
    const login = (suffix: string, username: pulumi.Input<string>, epoch?: pulumi.Input<number>) =>
      scramLogin(
        `${name}-${suffix}`,
        region,
        {
          username,
          clusterArn: this.clusterArn,
          keyArn: args.secretsKeyArn,
          ...(epoch === undefined ? {} : { epoch }),
        },
        this,
      );
    this.producer = login("producer", "producer");
    this.consumers = args.consumerEpochs.map((epoch, index) =>
      login(`clickhouse-${String(index + 1)}`, pulumi.interpolate`clickhouse-e${epoch}`, epoch),
    );
    const parts = this.clusterArn.apply((clusterArn): KafkaParts => ({ clusterArn, topic, group }));
    const secretArns = pulumi.all(
      this.consumers.map((each) => pulumi.unsecret(each.apply(({ secretArn }) => secretArn))),
    );
    this.policies = {
      topology: parts.apply((of) => JSON.stringify(topologyPolicy(of))),
      fence: pulumi
        .all([parts, secretArns, args.secretsKeyArn])
        .apply(([of, arns, secretsKeyArn]) =>
          JSON.stringify(fencePolicy({ ...of, secretArns: arns, secretsKeyArn })),
        ),
      cursor: parts.apply((of) => JSON.stringify(cursorPolicy(of))),
      attacker: parts.apply((of) => JSON.stringify(attackerPolicy(of))),
    };
    this.registerOutputs({
      clusterArn: this.clusterArn,
      bootstrapScram: this.bootstrapScram,
      bootstrapIam: this.bootstrapIam,
      securityGroupId: this.securityGroupId,
      producer: this.producer,
      consumers: this.consumers,
      policies: this.policies,
    });
  }

  private clusterOf(name: string, region: AwsRegion, source: CreateKafka | AdoptKafka) {
    if (source.kind === "create") {
      const { cluster, securityGroup } = createCluster(name, region, source, this);
      return {
        clusterArn: cluster.arn,
        bootstrapScram: cluster.bootstrapBrokersSaslScram,
        bootstrapIam: cluster.bootstrapBrokersSaslIam,
        securityGroupId: securityGroup.id,
      };
    }
    kafkaArns(source.clusterArn);
    const clusterName = source.clusterArn.split("/")[1] ?? "";
    const cluster = aws.msk.getClusterOutput(
      { clusterName },
      { parent: this, provider: region.provider },
    );
    return {
      clusterArn: cluster.arn.apply((arn) => sameCluster(source.clusterArn, arn)),
      bootstrapScram: cluster.bootstrapBrokersSaslScram.apply((all) =>
        adoptedListener(all, "SCRAM"),
      ),
      bootstrapIam: cluster.bootstrapBrokersSaslIam.apply((all) => adoptedListener(all, "IAM")),
      securityGroupId: undefined,
    };
  }
}

/** MSK Connect's groups begin so, and a connector's role may use them. */
function requireGroup(group: string): void {
  if (group !== "" && !/^(connect-|__amazon)/.test(group)) return;
  throw new Error(
    `ClickHouse's consumer group is "${group}": names that begin with connect- or __amazon are MSK ` +
      'Connect\'s, whose role may use them, so a second consumer could join. Write another, for example "clickhouse".',
  );
}
