import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { firehoseFolder } from "../../scripts/archive/firehose.ts";
import { dataTags, physicalName } from "../aws/context.ts";
import { policy, type PolicyDocument } from "../kafka/iam.ts";
import { firehosePolicy } from "../kafka/policies.ts";
import { transformed, type Transform } from "../aws/transform.ts";
import { transformLambda } from "./firehose-lambda.ts";
import { archiveRole, encryptedLogs, type ArchiveRole } from "./services.ts";
import {
  bucketPolicy,
  FAILED_PREFIX,
  merged,
  placeOf,
  placePrefix,
  type ArchivePlace,
  type ArchiveTarget,
} from "./target.ts";

export interface AwsFirehoseArchiveArgs extends ArchiveTarget {
  /**
   * Where in the topic a new stream begins, ISO 8601 in UTC. A stream that is replaced begins there again; the
   * reader takes what is there twice once.
   * @default "1970-01-01T00:00:00Z", the oldest event that Kafka has. Firehose's own default is the moment
   * when the stream became active: everything before it would be missing.
   * @remarks Recovery: a later time leaves the archive without what came before it.
   */
  readonly readFromTimestamp?: string;
  /**
   * How long an object collects records, 0 to 900.
   * @default 60
   * @remarks Recovery: events that lie in Kafka alone are at most so old, and the Lambda's batch longer.
   */
  readonly bufferSeconds?: number;
  /** How large an object gets before, 1 to 128. @default 64 */
  readonly bufferMib?: number;
  /** Encrypts the log groups. */
  readonly logsKeyArn: pulumi.Input<string>;
  /**
   * What must be there before the stream: the cluster's private connectivity and its policy
   * (`AwsKafka` with `forFirehose`).
   */
  readonly after: readonly pulumi.Resource[];
  readonly transform?: {
    readonly function?: Transform<aws.lambda.FunctionArgs>;
    readonly stream?: Transform<aws.kinesis.FirehoseDeliveryStreamArgs>;
  };
}

/**
 * The archive by Amazon Data Firehose, one stream for the topic: no servers, no connector to fetch.
 *
 * What it costs: **keys and headers of the records are lost**, since Firehose does not hand them over; each
 * record's time is that of its arrival; records may be there twice (the reader takes one); and one object
 * holds all partitions, so that proof and replay read every object for each partition. Partition and offset
 * are there because a Lambda writes them into each record.
 *
 * @remarks Recovery: bounds the events that a lost region takes with it (`bufferSeconds`, and the copy's lag).
 */
export class AwsFirehoseArchive extends pulumi.ComponentResource {
  readonly streamArn: pulumi.Output<string>;
  readonly streamName: string;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: AwsFirehoseArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:archive:AwsFirehoseArchive", name, {}, opts);
    const { region, bucket } = args;
    const { readFromTimestamp, bufferSeconds, bufferMib } = checked(args);
    const child = { parent: this, provider: region.provider };
    this.streamName = physicalName(region, `archive-${args.topic}`, 64);
    const place = placeOf(args);
    const logs = encryptedLogs(
      `${name}-logs`,
      { name: `/aws/kinesisfirehose/${this.streamName}`, keyArn: args.logsKeyArn },
      child,
    );
    const logStream = new aws.cloudwatch.LogStream(
      `${name}-log`,
      { name: "delivery", logGroupName: logs.name },
      child,
    );
    const lambda = transformLambda(`${name}-transform`, args, args.transform?.function, child);
    const role =
      args.roleArn === undefined ? this.role(name, args, place, lambda, logs) : undefined;
    this.roleArn = role === undefined ? pulumi.output(args.roleArn ?? "") : role.arn;
    const stream = new aws.kinesis.FirehoseDeliveryStream(
      `${name}-stream`,
      transformed(args.transform?.stream, {
        name: this.streamName,
        destination: "extended_s3",
        mskSourceConfiguration: {
          mskClusterArn: args.clusterArn,
          topicName: args.topic,
          readFromTimestamp,
          authenticationConfiguration: { connectivity: "PRIVATE", roleArn: this.roleArn },
        },
        extendedS3Configuration: {
          roleArn: this.roleArn,
          bucketArn: bucket.arn,
          prefix: place.apply((at) => `${firehoseFolder(at)}!{timestamp:yyyy/MM/dd/HH}/`),
          errorOutputPrefix: place.apply(
            (at) =>
              `${FAILED_PREFIX}${placePrefix(at)}/${at.topic}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/`,
          ),
          bufferingInterval: bufferSeconds,
          bufferingSize: bufferMib,
          compressionFormat: "GZIP",
          fileExtension: ".json.gz",
          customTimeZone: "UTC",
          kmsKeyArn: bucket.keyArn,
          cloudwatchLoggingOptions: {
            enabled: true,
            logGroupName: logs.name,
            logStreamName: logStream.name,
          },
          processingConfiguration: {
            enabled: true,
            processors: [
              {
                type: "Lambda",
                // Only what differs from Firehose's defaults: those would show as a change for ever.
                parameters: [{ parameterName: "LambdaArn", parameterValue: lambda.qualifiedArn }],
              },
            ],
          },
        },
        tags: dataTags("none", args.epoch),
      }),
      {
        ...child,
        dependsOn: [...args.after, ...(role === undefined ? [] : [role.access])],
        // One stream at a time, and the name is its identity.
        deleteBeforeReplace: true,
        customTimeouts: { create: "45m", update: "30m", delete: "45m" },
      },
    );
    this.streamArn = stream.arn;
    this.registerOutputs({
      streamArn: this.streamArn,
      streamName: this.streamName,
      roleArn: this.roleArn,
    });
  }

  private role(
    name: string,
    args: AwsFirehoseArchiveArgs,
    place: pulumi.Output<ArchivePlace>,
    lambda: aws.lambda.Function,
    logs: aws.cloudwatch.LogGroup,
  ): ArchiveRole {
    const { region, epoch, bucket } = args;
    return archiveRole(
      { role: `${name}-role`, access: `${name}-access` },
      {
        region,
        service: "firehose.amazonaws.com",
        epoch,
        policy: pulumi
          .all([place, args.clusterArn, bucket.arn, bucket.keyArn, lambda.arn, logs.arn])
          .apply(([at, clusterArn, bucketArn, keyArn, lambdaArn, logsArn]) =>
            JSON.stringify(
              firehoseArchivePolicy({
                place: at,
                clusterArn,
                consumerGroup: args.consumerGroup,
                bucketArn,
                keyArn,
                lambdaArn,
                logsArn,
              }),
            ),
          ),
      },
      { parent: this, provider: region.provider },
    );
  }
}

/**
 * What the stream's role may do: also for a pilot light that makes the role before the day.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
 */
export function firehoseArchivePolicy(args: {
  readonly place: ArchivePlace;
  readonly clusterArn: string;
  readonly consumerGroup: string;
  readonly bucketArn: string;
  readonly keyArn: string;
  readonly lambdaArn: string;
  readonly logsArn: string;
}): PolicyDocument {
  const { place, clusterArn, bucketArn, keyArn, lambdaArn, logsArn } = args;
  return merged(
    firehosePolicy({ clusterArn, topic: place.topic, group: args.consumerGroup }),
    bucketPolicy({
      bucketArn,
      keyArn,
      write: [firehoseFolder(place), `${FAILED_PREFIX}${placePrefix(place)}/`],
    }),
    policy(
      {
        Effect: "Allow",
        Action: ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"],
        Resource: `${lambdaArn}:*`,
      },
      { Effect: "Allow", Action: "logs:PutLogEvents", Resource: `${logsArn}:*` },
    ),
  );
}

/** @throws Error for values that Firehose refuses after minutes, or takes and loses events by */
function checked(args: AwsFirehoseArchiveArgs): {
  readonly readFromTimestamp: string;
  readonly bufferSeconds: number;
  readonly bufferMib: number;
} {
  const { readFromTimestamp = "1970-01-01T00:00:00Z", bufferSeconds = 60, bufferMib = 64 } = args;
  const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
  if (!iso.test(readFromTimestamp) || Number.isNaN(Date.parse(readFromTimestamp))) {
    throw new Error(
      `archive.readFromTimestamp is "${readFromTimestamp}": no time in UTC, so nobody could tell where the ` +
        "archive begins. Write 1970-01-01T00:00:00Z for the oldest event that Kafka has.",
    );
  }
  within("bufferSeconds", bufferSeconds, 0, 900);
  within("bufferMib", bufferMib, 1, 128);
  return { readFromTimestamp, bufferSeconds, bufferMib };
}

function within(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new Error(
    `archive.${name} is ${value}, and Firehose takes ${least} to ${most}. Write a whole number in between.`,
  );
}
