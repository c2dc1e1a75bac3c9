import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** The control bucket as a pod reaches it. Without keys the pod's own identity is used. */
export interface Control {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Call {
  readonly method: "GET" | "PUT";
  readonly url: URL;
  readonly region: string;
  readonly body: Uint8Array;
  readonly at: Date;
}

/** What a later try may still get: the network, a busy service. */
export class Transient extends Error {}

const attempts = 6;
/** Before the second try; doubles with each. */
export const waitMs = Number(process.env["RECOVER_RETRY_MS"] ?? 400);

/**
 * Headers of a request to S3, signed with AWS Signature Version 4 (one path encoding, payload hash in
 * `x-amz-content-sha256`): docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
 */
export function signed(call: Call, credentials: Credentials): Record<string, string> {
  const time = call.at.toISOString().replaceAll(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${call.region}/s3/aws4_request`;
  const payload = sha256(call.body);
  const headers: Record<string, string> = {
    host: call.url.host,
    "x-amz-content-sha256": payload,
    "x-amz-date": time,
    ...(credentials.sessionToken === undefined
      ? {}
      : { "x-amz-security-token": credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    call.method,
    call.url.pathname,
    "",
    ...names.map((name) => `${name}:${headers[name] ?? ""}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  let key: Buffer | string = `AWS4${credentials.secretAccessKey}`;
  for (const part of scope.split("/")) key = createHmac("sha256", key).update(part).digest();
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization:
      `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, ` +
      `SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

/** The bucket's name is in the host on AWS, and in the path on every other server. */
export function objectUrl({ endpoint, bucket }: Control, key: string): URL {
  const url = new URL(endpoint);
  const path = key.split("/").map(encode).join("/");
  if (url.hostname.endsWith(".amazonaws.com")) {
    url.hostname = `${bucket}.${url.hostname}`;
    url.pathname = `/${path}`;
  } else {
    url.pathname = `/${encode(bucket)}/${path}`;
  }
  return url;
}

/** @throws Error when there is no such object, or after several tries */
export async function getObject(control: Control, key: string): Promise<Buffer> {
  return Buffer.from(await call(control, key, "GET", new Uint8Array()));
}

export async function putObject(control: Control, key: string, body: Uint8Array): Promise<void> {
  await call(control, key, "PUT", body);
}

async function call(
  control: Control,
  key: string,
  method: Call["method"],
  body: Uint8Array,
): Promise<ArrayBuffer> {
  const url = objectUrl(control, key);
  for (let attempt = 1; ; attempt++) {
    try {
      const headers = signed(
        { method, url, region: control.region, body, at: new Date() },
        await credentialsOf(control),
      );
      const response = await answer(url, {
        method,
        headers,
        ...(method === "PUT" ? { body: body as Uint8Array<ArrayBuffer> } : {}),
      });
      return await response.arrayBuffer();
    } catch (error) {
      if (!(error instanceof Transient) || attempt === attempts) throw error;
      await sleep(waitMs * 2 ** (attempt - 1));
    }
  }
}

/**
 * The bucket's own keys, else the pod's identity: EKS names an endpoint and a token in the environment
 * (docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
 */
async function credentialsOf(control: Control): Promise<Credentials> {
  const { accessKeyId, secretAccessKey } = control;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey };
  }
  const endpoint = process.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  const token = process.env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  if (endpoint === undefined || token === undefined) {
    throw new Error(
      `no credentials for the bucket ${control.bucket}: this pod has no identity. Associate its service ` +
        "account with an IAM role (EKS Pod Identity), and see that the agent's add-on is installed.",
    );
  }
  const url = new URL(endpoint);
  const authorization = readFileSync(token, "utf8").trim();
  const given = (await (await answer(url, { headers: { authorization } })).json()) as Record<
    string,
    string
  >;
  return {
    accessKeyId: given["AccessKeyId"] ?? "",
    secretAccessKey: given["SecretAccessKey"] ?? "",
    ...(given["Token"] === undefined ? {} : { sessionToken: given["Token"] }),
  };
}

async function answer(url: URL, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(120_000) });
  } catch (error) {
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new Transient(`${url.host} does not answer: ${why}`);
  }
  if (response.ok) return response;
  const said = (await response.text()).slice(0, 300);
  const message = `${url.host} answers ${response.status} for ${url.pathname}: ${said}`;
  if (response.status === 429 || response.status >= 500) throw new Transient(message);
  throw new Error(message);
}

function sha256(data: Uint8Array | string): string {
  return createHash("sha256").update(data).digest("hex");
}

/** As RFC 3986 has it: encodeURIComponent leaves five characters that a signature must encode. */
function encode(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
