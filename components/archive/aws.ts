import * as pulumi from "@pulumi/pulumi";
import { AwsConnectArchive, type AwsConnectArchiveArgs } from "./connect.ts";
import { AwsFirehoseArchive, type AwsFirehoseArchiveArgs } from "./firehose.ts";
import type { ArchiveTarget } from "./target.ts";

/**
 * How events get into the archive:
 *
 * | | lenses (default) | firehose |
 * |---|---|---|
 * | keeps | key, value, headers, time, offset | value, offset, time of arrival |
 * | each record | once | at least once, the reader takes one |
 * | needs | the connector's release file, NAT or an S3 endpoint | multi-VPC connectivity of the cluster |
 * | freshness | `flush.seconds` | `bufferSeconds` and the Lambda's batch |
 */
export type ArchiveSink =
  | ({ readonly kind: "lenses" } & Omit<AwsConnectArchiveArgs, keyof ArchiveTarget>)
  | ({ readonly kind: "firehose" } & Omit<AwsFirehoseArchiveArgs, keyof ArchiveTarget>);

export interface AwsArchiveArgs extends ArchiveTarget {
  readonly sink: ArchiveSink;
}

export type Watched =
  | { readonly kind: "connector"; readonly arn: string; readonly group: string }
  | { readonly kind: "stream"; readonly arn: string; readonly name: string };

/**
 * The event archive, of the kind that the config chooses. Replay and proof read both.
 *
 * @remarks Recovery: with the region lost, it is where events come from that no backup has.
 */
export class AwsArchive extends pulumi.ComponentResource {
  /** What an alarm looks at. */
  readonly watch: pulumi.Output<Watched>;
  readonly roleArn: pulumi.Output<string>;

  constructor(name: string, args: AwsArchiveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:archive:AwsArchive", name, {}, opts);
    const { sink, ...target } = args;
    const child = { parent: this };
    switch (sink.kind) {
      case "lenses": {
        const { kind: _, ...own } = sink;
        const made = new AwsConnectArchive(`${name}-lenses`, { ...target, ...own }, child);
        const { group } = made;
        this.roleArn = made.roleArn;
        this.watch = made.connectorArn.apply((arn): Watched => ({ kind: "connector", arn, group }));
        break;
      }
      case "firehose": {
        const { kind: _, ...own } = sink;
        const made = new AwsFirehoseArchive(`${name}-firehose`, { ...target, ...own }, child);
        const streamName = made.streamName;
        this.roleArn = made.roleArn;
        this.watch = made.streamArn.apply((arn): Watched => ({
          kind: "stream",
          arn,
          name: streamName,
        }));
        break;
      }
      default:
        throw unknownKind(sink);
    }
    this.registerOutputs({ watch: this.watch, roleArn: this.roleArn });
  }
}

function unknownKind(sink: never): Error {
  const { kind } = sink as { kind?: unknown };
  return new Error(
    `archive.kind is ${JSON.stringify(kind)}, and there is no such archive: no event would be kept beyond ` +
      'Kafka\'s retention. Write "lenses" (keeps key and headers) or "firehose" (no connector to fetch).',
  );
}
