import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { setTimeout as sleep } from "node:timers/promises";
import { onCleanup } from "../harness/process.ts";
import type { RegionS3 } from "./s3.ts";

interface Bucket {
  readonly s3: RegionS3;
  readonly name: string;
}

/** Stands in for S3's replication: every object of a bucket in the other region, a moment later. */
export class Replication {
  readonly #stop = new AbortController();
  readonly #copied = new Map<string, string>();
  readonly #from: Bucket;
  readonly #to: Bucket;
  readonly #running: Promise<void>;

  constructor(from: Bucket, to: Bucket) {
    this.#from = from;
    this.#to = to;
    this.#running = this.#run();
    onCleanup(() => this.stop());
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // What fails comes with the next look, as the bucket may not be there yet.
      await this.#once().catch(() => undefined);
      await sleep(500, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #once(): Promise<void> {
    let token: string | undefined;
    do {
      const page = await this.#from.s3.client.send(
        new ListObjectsV2Command({ Bucket: this.#from.name, ContinuationToken: token }),
      );
      for (const { Key = "", ETag = "" } of page.Contents ?? []) {
        if (this.#copied.get(Key) === ETag) continue;
        await this.#copy(Key);
        this.#copied.set(Key, ETag);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async #copy(key: string): Promise<void> {
    const place = { Bucket: this.#from.name, Key: key };
    const { Body, Metadata } = await this.#from.s3.client.send(new GetObjectCommand(place));
    await this.#to.s3.client.send(
      new PutObjectCommand({
        Bucket: this.#to.name,
        Key: key,
        Body: (await Body?.transformToByteArray()) ?? "",
        ...(Metadata === undefined ? {} : { Metadata }),
      }),
    );
  }
}
