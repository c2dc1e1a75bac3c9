import * as pulumi from "@pulumi/pulumi";
import { s3Server } from "../../engines/s3.ts";
import type { S3Access } from "../../scripts/connection.ts";
import { homeOf, type LocalRegion } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Process } from "../local/process.ts";

/**
 * One region's S3 server on this machine.
 *
 * @remarks Recovery: `pulumi destroy` stops it and keeps its buckets.
 */
export class LocalS3 extends pulumi.ComponentResource {
  /** Root credentials: they make buckets and logins, and nothing else uses them. */
  readonly root: pulumi.Output<S3Access>;
  readonly endpoint: string;
  /** Absolute folder that holds the buckets. */
  readonly home: string;
  /** Grows at every start. */
  readonly generation: pulumi.Output<number>;

  constructor(
    name: string,
    args: { readonly region: LocalRegion },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("recover:vault:LocalS3", name, {}, opts);
    const { region } = args;
    this.home = homeOf(region, "s3");
    this.endpoint = `http://127.0.0.1:${region.ports.s3}`;
    const secret = new Key(`${name}-root`, { kind: "password" }, { parent: this });
    const accessKeyId = `root-${region.name}`;
    const server = new Process(
      `${name}-server`,
      secret.value.apply((rootSecretAccessKey) =>
        s3Server({
          name: `${region.name}/s3`,
          home: this.home,
          port: region.ports.s3,
          rootAccessKeyId: accessKeyId,
          rootSecretAccessKey,
          region: region.name,
          tools: region.tools,
        }),
      ),
      { parent: this },
    );
    this.generation = server.generation;
    this.root = pulumi.secret(
      pulumi.all([secret.value, server.generation]).apply(([secretAccessKey]) => ({
        endpoint: this.endpoint,
        region: region.name,
        accessKeyId,
        secretAccessKey,
      })),
    );
    this.registerOutputs({
      root: this.root,
      endpoint: this.endpoint,
      home: this.home,
      generation: this.generation,
    });
  }
}
