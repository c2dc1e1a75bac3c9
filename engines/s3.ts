import { join } from "node:path";
import type { ProcessSpec } from "./process.ts";

/** Settings of one region's S3 server. */
export interface S3ServerSettings {
  /** For example `east/s3`. */
  readonly name: string;
  /** Absolute. */
  readonly home: string;
  readonly port: number;
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
  /** @default "local" */
  readonly region?: string;
  readonly tools: {
    /** Absolute path of the program. */
    readonly versitygw: string;
  };
}

/** Path of the server's health check; never the name of a bucket (three letters are the least). */
const healthPath = "/_health";

/**
 * An S3 server (versitygw over a folder) on 127.0.0.1: keys checked, versioning, Object Lock, bucket
 * policies, conditional writes. Buckets are folders of `data/buckets`, users are in `data/iam`.
 * `pulumi destroy` keeps its data: the vault outlives the platform.
 */
export function s3Server(settings: S3ServerSettings): ProcessSpec {
  const { name, home, port, rootAccessKeyId, rootSecretAccessKey, tools } = settings;
  const data = join(home, "data");
  const folders = [
    join(data, "buckets"),
    join(data, "versions"),
    join(data, "iam"),
    join(data, "meta"),
  ];
  return {
    name,
    home,
    argv: [
      tools.versitygw,
      ...["--port", `127.0.0.1:${port}`],
      ...["--region", settings.region ?? "local"],
      ...["--health", healthPath],
      ...["--iam-dir", join(data, "iam")],
      // A revoked login must be refused at once, not after the cache's two minutes.
      "--iam-cache-disable",
      "--keep-alive",
      "--quiet",
      "posix",
      ...["--versioning-dir", join(data, "versions")],
      // Not in extended attributes: ext4 has 4 KiB of them a file, too little for a bucket's policy.
      ...["--sidecar", join(data, "meta")],
      join(data, "buckets"),
    ],
    // By the environment: argv is readable by every user of the machine.
    env: { ROOT_ACCESS_KEY_ID: rootAccessKeyId, ROOT_SECRET_ACCESS_KEY: rootSecretAccessKey },
    initialize: [["mkdir", "-p", ...folders]],
    ports: { s3: port },
    health: { kind: "http", url: `http://127.0.0.1:${port}${healthPath}`, status: 200 },
    startTimeoutSeconds: 20,
    retainData: true,
  };
}
