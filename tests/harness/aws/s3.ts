import type { Answer, Request } from "./endpoint.ts";
import { xml } from "./xml.ts";

export interface Bucket {
  readonly account: string;
  readonly locked?: boolean;
  readonly objects?: Readonly<Record<string, string>>;
}

/**
 * A region's S3, path-style, read-only.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html, API_ListObjectsV2, API_GetObject
 */
export function buckets(all: Readonly<Record<string, Bucket>>) {
  return ({ url, method, headers }: Request): Answer => {
    const [, name = "", ...rest] = decodeURIComponent(url.pathname).split("/");
    const key = rest.join("/");
    const bucket = all[name];
    if (bucket === undefined) return xml("<Error><Code>NoSuchBucket</Code></Error>", 404);
    const owner = headers["x-amz-expected-bucket-owner"];
    if (owner !== undefined && owner !== bucket.account) {
      return xml("<Error><Code>AccessDenied</Code></Error>", 403);
    }
    const { objects = {} } = bucket;
    if (key !== "") {
      const body = objects[key];
      return body === undefined
        ? xml("<Error><Code>NoSuchKey</Code></Error>", 404)
        : {
            body,
            headers: {
              "content-length": String(Buffer.byteLength(body)),
              etag: '"e"',
              "last-modified": "Thu, 26 Nov 2026 06:00:00 GMT",
            },
          };
    }
    if (method === "HEAD") return { body: "" };
    if (url.searchParams.has("object-lock")) {
      return bucket.locked === true
        ? xml(
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
          )
        : xml("<Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>", 404);
    }
    return listing(
      objects,
      url.searchParams.get("prefix") ?? "",
      url.searchParams.get("delimiter"),
    );
  };
}

function listing(
  objects: Readonly<Record<string, string>>,
  prefix: string,
  delimiter: string | null,
): Answer {
  const folders = new Set<string>();
  const contents: string[] = [];
  for (const [key, body] of Object.entries(objects)) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    if (end >= 0) folders.add(key.slice(0, end + 1));
    else
      contents.push(
        `<Contents><Key>${key}</Key><Size>${Buffer.byteLength(body)}</Size><ETag>e</ETag>` +
          "<LastModified>2026-11-26T06:00:00.000Z</LastModified></Contents>",
      );
  }
  const common = [...folders].map((f) => `<CommonPrefixes><Prefix>${f}</Prefix></CommonPrefixes>`);
  return xml(
    `<ListBucketResult><KeyCount>${contents.length + common.length}</KeyCount><IsTruncated>false</IsTruncated>` +
      `${contents.join("")}${common.join("")}</ListBucketResult>`,
  );
}
