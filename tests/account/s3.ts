import { randomUUID } from "node:crypto";
import { request as ask, type IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import { text } from "node:stream/consumers";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readFile } from "node:fs/promises";
import { s3Server } from "../../engines/s3.ts";
import { freePorts, onCleanup, startProcess, tempHome } from "../harness/process.ts";
import { versitygwPath } from "../harness/s3.ts";
import type { Issued } from "./enter.ts";
import { accountKeys } from "./keys.ts";
import { addressOf, s3Domain, type Hosts, type Region } from "./regions.ts";
import { asAccount } from "./sign.ts";
import type { Told } from "./world.ts";

/** One call that reached a region's S3. */
export interface S3Call {
  readonly method: string;
  /** For example `acme-eu-west-1-control.s3.eu-west-1.amazonaws.com`. */
  readonly host: string;
  readonly path: string;
}

/**
 * S3 of one region under the names that it has on AWS: versitygw behind TLS. Bucket policies are kept, and decide
 * nothing: versitygw knows no IAM role.
 */
export class RegionS3 {
  readonly region: Region;
  readonly client: S3Client;
  /** For those who look without being seen. */
  readonly endpoint: string;
  readonly calls: S3Call[] = [];
  /** Connections since the region was lost: somebody asked it. */
  askedWhenLost = 0;
  readonly #port: number;
  readonly #hosts: Hosts;
  readonly #policies = new Map<string, string>();
  #front: Server | undefined;
  #lost = false;

  private constructor(region: Region, port: number, hosts: Hosts) {
    this.region = region;
    this.#port = port;
    this.#hosts = hosts;
    this.endpoint = `http://127.0.0.1:${String(port)}`;
    this.client = new S3Client({
      endpoint: this.endpoint,
      region,
      credentials: accountKeys,
      forcePathStyle: true,
    });
  }

  static async start(region: Region, hosts: Hosts, issued: Issued): Promise<RegionS3> {
    const [port = 0] = await freePorts(1);
    const spec = s3Server({
      name: `${region}/s3`,
      home: await tempHome("recover-account-s3"),
      port,
      rootAccessKeyId: accountKeys.accessKeyId,
      rootSecretAccessKey: accountKeys.secretAccessKey,
      region,
      tools: { versitygw: versitygwPath() },
    });
    const [program = "", ...rest] = spec.argv;
    const domain = s3Domain(region);
    await startProcess({ ...spec, argv: [program, "--virtual-domain", domain, ...rest] });
    const s3 = new RegionS3(region, port, hosts);
    hosts.add(domain, addressOf(region, "s3"));
    const { certificate, privateKey } = issued.of[region].s3;
    await s3.#open(certificate, privateKey);
    onCleanup(() => {
      s3.#front?.closeAllConnections();
      s3.#front?.close();
      s3.client.destroy();
    });
    return s3;
  }

  /** From now on nothing answers there. */
  lose(): void {
    this.#lost = true;
    this.#front?.closeAllConnections();
  }

  /** As it was: what S3 holds outlives the outage of its region. */
  answerAgain(): void {
    this.#lost = false;
  }

  async #open(cert: string, key: string): Promise<void> {
    const front = createServer({ cert, key, keepAliveTimeout: 60_000 }, (request, response) => {
      const { method = "GET", headers, url = "/" } = request;
      this.calls.push({ method, host: headers.host ?? "", path: url });
      const asked = new URL(url, "https://bucket");
      if (asked.searchParams.has("policy")) {
        const place = `${headers.host ?? ""}${asked.pathname}`;
        void text(request).then((body) => {
          const [status, answer] = this.#policy(method, place, body);
          response.writeHead(status).end(answer);
        });
        return;
      }
      void this.#headersOf(request, asked).then((sent) => {
        const upstream = ask(
          { host: "127.0.0.1", port: this.#port, method, path: url, headers: sent },
          (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
            answer.pipe(response);
          },
        );
        upstream.on("error", () => response.destroy());
        request.pipe(upstream);
      });
    });
    front.requestTimeout = 0;
    front.on("connection", (socket) => {
      if (!this.#lost) return;
      this.askedWhenLost += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) =>
      front.listen(443, addressOf(this.region, "s3"), () => {
        resolve();
      }),
    );
    this.#front = front;
  }

  async #headersOf({ method = "GET", headers }: IncomingMessage, asked: URL) {
    const { expect: _, ...sent } = headers;
    if (headers["x-amz-security-token"] === undefined) return sent;
    const url = new URL(asked.pathname + asked.search, `https://${headers.host ?? ""}`);
    return asAccount(this.region, { method, url, headers });
  }

  #policy(method: string, place: string, body: string): [number, string] {
    if (method === "PUT") this.#policies.set(place, body);
    if (method === "DELETE") this.#policies.delete(place);
    if (method !== "GET") return [204, ""];
    const found = this.#policies.get(place);
    return found === undefined
      ? [404, "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>"]
      : [200, found];
  }

  async makeBucket({ name, inputs }: Told): Promise<{ bucket: string; arn: string }> {
    const bucket =
      typeof inputs["bucket"] === "string" ? inputs["bucket"] : `${name}-${randomUUID()}`;
    const lock = inputs["objectLockEnabled"] === true;
    await this.client.send(
      new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: lock }),
    );
    this.#hosts.add(`${bucket}.${s3Domain(this.region)}`, addressOf(this.region, "s3"));
    return { bucket, arn: `arn:aws:s3:::${bucket}` };
  }

  async keepVersions({ inputs }: Told): Promise<undefined> {
    const { bucket } = inputs as { bucket: string };
    await this.client.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: "Enabled" },
      }),
    );
  }

  async lock({ inputs }: Told): Promise<undefined> {
    const { bucket, rule } = inputs as {
      bucket: string;
      rule: { defaultRetention: { mode: "GOVERNANCE" | "COMPLIANCE"; days: number } };
    };
    const { mode: Mode, days: Days } = rule.defaultRetention;
    await this.client.send(
      new PutObjectLockConfigurationCommand({
        Bucket: bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode, Days } },
        },
      }),
    );
  }

  async putFile({ inputs }: Told): Promise<undefined> {
    const { bucket, key, source } = inputs as {
      bucket: string;
      key: string;
      source?: { path?: string };
    };
    if (source?.path === undefined) return;
    const Body = await readFile(source.path);
    await this.client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
  }

  /** Bytes of every object of a bucket, one behind the other. */
  async everything(bucket: string): Promise<Buffer> {
    const bodies: Uint8Array[] = [];
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }),
      );
      for (const { Key } of page.Contents ?? []) {
        const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        bodies.push((await Body?.transformToByteArray()) ?? new Uint8Array());
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return Buffer.concat(bodies);
  }

  /** @throws Error when there is no such object */
  async textOf(bucket: string, key: string): Promise<string> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? "";
  }
}
