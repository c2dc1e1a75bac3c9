import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onCleanup } from "../process.ts";

/** One call as it arrived. */
export interface Call {
  /** Region whose endpoint was called. */
  readonly region: string;
  /** Region and service that the call was signed for. */
  readonly signedFor: { readonly region: string; readonly service: string };
  /** For example `DescribeVpcs`; of REST services method and path. */
  readonly operation: string;
}

export interface Request {
  readonly operation: string;
  readonly url: URL;
  readonly method: string;
  /** Fields of a form, or of a JSON body. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage["headers"];
}

export interface Answer {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** By service, as it is named in signatures, and operation: `ec2 DescribeVpcs`, `eks GET /clusters`. */
export type Answers = Readonly<Record<string, Answer | ((request: Request) => Answer)>>;

export interface FakeRegion {
  readonly region: string;
  readonly endpoint: string;
  readonly calls: Call[];
}

/**
 * All services of one region at a free port of loopback. It knows what it is told, by the wire formats that
 * AWS documents, and answers everything else with an error: a call that nobody expected is seen.
 */
export async function fakeRegion(region: string, answers: Answers): Promise<FakeRegion> {
  const calls: Call[] = [];
  const server = createServer((message, response) => {
    void read(message).then((body) => {
      const url = new URL(message.url ?? "/", "http://localhost");
      const signedFor = scopeOf(message.headers.authorization);
      const { operation, fields } = operationOf(message, url, body);
      calls.push({ region, signedFor, operation });
      const found =
        answers[`${signedFor.service} ${operation}`] ??
        answers[`${signedFor.service} *`] ??
        unexpected;
      const request = {
        operation,
        url,
        method: message.method ?? "",
        fields,
        headers: message.headers,
      };
      const {
        status = 200,
        body: text,
        headers = {},
      } = typeof found === "function" ? found(request) : found;
      response.writeHead(status, { "x-amzn-requestid": "request-of-a-test", ...headers });
      response.end(message.method === "HEAD" ? undefined : text);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onCleanup(
    () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => {
          done();
        });
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { region, endpoint: `http://127.0.0.1:${port}`, calls };
}

const unexpected: Answer = {
  status: 500,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ __type: "NobodyExpectedThis", message: "the test knows no answer" }),
};

async function read(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

/**
 * `Credential=KEY/20261126/eu-west-1/ec2/aws4_request`.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
 */
function scopeOf(authorization = ""): Call["signedFor"] {
  const [, region = "none", service = "none"] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization) ?? [];
  return { region, service };
}

function operationOf(message: IncomingMessage, url: URL, body: string) {
  const target = message.headers["x-amz-target"];
  if (typeof target === "string") {
    const fields = JSON.parse(body === "" ? "{}" : body) as Record<string, unknown>;
    return { operation: target.split(".").at(-1) ?? "", fields };
  }
  if (message.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true) {
    const fields = Object.fromEntries(new URLSearchParams(body));
    return { operation: fields["Action"] ?? "", fields };
  }
  return { operation: `${message.method ?? ""} ${url.pathname}`, fields: {} };
}
