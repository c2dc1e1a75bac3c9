import { createHash, createHmac } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { SignatureV4 } from "@smithy/signature-v4";
import { execa } from "execa";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jobRecord } from "../../../scripts/commands/job-result.ts";
import { tar } from "../../../scripts/bundle/tar.ts";
import { objectUrl, signed } from "./s3.ts";

class Sha256 {
  #hash;
  readonly #secret: string | Uint8Array | undefined;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret as string | Uint8Array | undefined;
    this.#hash = this.#new();
  }
  #new() {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data);
  }
  digest() {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }
  reset() {
    this.#hash = this.#new();
  }
}

describe("a signed request", () => {
  test("is what the AWS SDK signs, whatever the key and the body", async () => {
    const at = new Date("2026-01-02T03:04:05.678Z");
    const access = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret/+=" };
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({ minLength: 1, maxLength: 12 }).filter((s) => !/^\.+$/.test(s)),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom("GET" as const, "PUT" as const),
        fc.option(fc.constant("session-token"), { nil: undefined }),
        async (segments, body, method, sessionToken) => {
          const control = { endpoint: "https://s3.eu-west-1.amazonaws.com", region: "eu-west-1" };
          const url = objectUrl({ ...control, bucket: "acme-control" }, segments.join("/"));
          const credentials = { ...access, ...(sessionToken && { sessionToken }) };
          const ours = signed({ method, url, region: "eu-west-1", body, at }, credentials);
          const signer = new SignatureV4({
            service: "s3",
            region: "eu-west-1",
            credentials,
            sha256: Sha256,
            uriEscapePath: false,
          });
          const theirs = await signer.sign(
            {
              method,
              protocol: "https:",
              hostname: url.hostname,
              path: url.pathname,
              query: {},
              headers: { host: url.host },
              body,
            },
            { signingDate: at },
          );
          expect(ours["authorization"]).toBe(theirs.headers["authorization"]);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("has the bucket in its host on AWS alone", () => {
    const of = (endpoint: string) =>
      objectUrl({ endpoint, region: "r", bucket: "b" }, "main/a b.json").href;
    expect(of("https://s3.eu-west-1.amazonaws.com")).toBe(
      "https://b.s3.eu-west-1.amazonaws.com/main/a%20b.json",
    );
    expect(of("http://127.0.0.1:7070")).toBe("http://127.0.0.1:7070/b/main/a%20b.json");
  });
});

/** A command line of its own instead of ours: it does what its name says. */
const cli = `
import { existsSync, readFileSync, writeFileSync } from "node:fs";
const [command, ...rest] = process.argv.slice(2);
const input = JSON.parse(readFileSync(rest.at(-1), "utf8"));
process.stderr.write("progress of " + command + "\\n");
if (command === "red") process.exit(1);
if (command === "crash") process.exit(70);
if (command === "crash-once") {
  if (!existsSync("../crashed")) {
    writeFileSync("../crashed", "");
    process.kill(process.pid, "SIGKILL");
  }
}
if (command === "wait") setInterval(() => {}, 1000);
else process.stdout.write(JSON.stringify({ argv: rest.slice(0, 2), said: input.params.say }));
`;

const bundle = tar([
  { path: "package.json", content: Buffer.from('{"type":"module"}') },
  { path: "scripts/cli.ts", content: Buffer.from(cli) },
]);
const sha256 = createHash("sha256").update(bundle).digest("hex");
const bundleKey = "bundles/0.1.0/x.tar.gz";

describe("a pod's start", () => {
  let folder: string;
  let server: Server;
  let stored: Map<string, Buffer>;
  let requests: IncomingMessage[];
  let failures: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "recover-bootstrap-"));
    mkdirSync(join(folder, "input"));
    stored = new Map([[`/control/${bundleKey}`, gzipSync(bundle)]]);
    requests = [];
    failures = 0;
    server = createServer((request, response) => {
      void (async () => {
        requests.push(request);
        const body = await buffer(request);
        const path = request.url ?? "";
        if (path === "/credentials") {
          response.end(
            JSON.stringify({ AccessKeyId: "ASIA1", SecretAccessKey: "s", Token: "token-1" }),
          );
        } else if (failures > 0) {
          failures -= 1;
          response.writeHead(503).end("slow down");
        } else if (request.method === "PUT") {
          stored.set(path, body);
          response.end();
        } else {
          const found = stored.get(path);
          if (found === undefined) response.writeHead(404);
          response.end(found ?? "NoSuchKey");
        }
      })();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function start(command: string, change: Record<string, unknown> = {}, env = {}) {
    const control = { endpoint: address(), region: "r", bucket: "control" };
    const runner = {
      control: { ...control, accessKeyId: "AKIA1", secretAccessKey: "s" },
      bundle: { key: bundleKey, sha256 },
      results: "main/steps/r1/",
      ...change,
    };
    writeFileSync(join(folder, "input/runner.json"), JSON.stringify(runner));
    writeFileSync(join(folder, "input/input.json"), JSON.stringify({ params: { say: "hi" } }));
    return execa(process.execPath, [fileURLToPath(new URL("main.ts", import.meta.url)), command], {
      env: {
        NODE_NO_WARNINGS: "1",
        RECOVER_RETRY_MS: "10",
        RECOVER_INPUT: join(folder, "input"),
        RECOVER_WORK: join(folder, "work"),
        RECOVER_JOB_NAME: "say-r1-0123456789ab",
        RECOVER_JOB_UID: "uid-1",
        ...env,
      },
      reject: false,
    });
  }

  test("runs the command of the bundle and stores its result for that Job", async () => {
    const ended = await start("say");
    expect(ended).toMatchObject({ exitCode: 0, stdout: "", stderr: "progress of say" });
    const text = stored.get("/control/main/steps/r1/say-r1-0123456789ab.json")?.toString() ?? "";
    expect(jobRecord.parse(JSON.parse(text))).toMatchObject({
      job: "say-r1-0123456789ab",
      uid: "uid-1",
      command: "say",
      result: { argv: ["--json", "--input"], said: "hi" },
    });
    expect(requests.every((each) => each.headers.authorization?.includes("AKIA1"))).toBe(true);
  });

  test("refuses scripts with another checksum, and runs nothing", async () => {
    const ended = await start("say", { bundle: { key: bundleKey, sha256: "0".repeat(64) } });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(/are not those of this stack: .*Nothing was run/);
    expect(ended.stderr).not.toContain("progress");
    expect(stored.size).toBe(1);
  });

  test("ends as the command does, and stores no result of a red one", async () => {
    expect(await start("red")).toMatchObject({ exitCode: 1, stderr: "progress of red" });
    expect(stored.size).toBe(1);
  });

  test("tries again what was no verdict, for a while; a daemon is Kubernetes' to start again", async () => {
    const mended = await start("crash-once");
    expect(mended).toMatchObject({ exitCode: 0 });
    expect(mended.stderr).toContain("attempt 1 of 4 ended with 137: once more");
    expect(stored.size).toBe(2);
    const ended = await start("crash");
    expect(ended.exitCode).toBe(70);
    expect(ended.stderr.match(/progress of crash/g)).toHaveLength(4);
    const daemon = await start("crash", { results: undefined });
    expect(daemon.stderr.match(/progress of crash/g)).toHaveLength(1);
  });

  test("tries again while the bucket is busy; a bucket that is away is another exit code", async () => {
    failures = 2;
    expect(await start("say")).toMatchObject({ exitCode: 0 });
    const away = { endpoint: "http://127.0.0.1:9", region: "r", bucket: "control" };
    const ended = await start("say", {
      control: { ...away, accessKeyId: "AKIA1", secretAccessKey: "s" },
    });
    expect(ended.exitCode).toBe(75);
    expect(ended.stderr).toMatch(/127\.0\.0\.1:9 does not answer/);
  });

  test("uses the pod's own identity when there are no keys, and says when there is none", async () => {
    const control = { endpoint: address(), region: "r", bucket: "control" };
    const none = await start("say", { control });
    expect(none).toMatchObject({ exitCode: 2 });
    expect(none.stderr).toMatch(/this pod has no identity/);
    const token = join(folder, "token");
    writeFileSync(token, "pod-token\n");
    requests = [];
    const ended = await start(
      "say",
      { control },
      {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address()}/credentials`,
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
      },
    );
    expect(ended.exitCode).toBe(0);
    expect(requests[0]?.headers.authorization).toBe("pod-token");
    expect(requests[1]?.headers).toMatchObject({ "x-amz-security-token": "token-1" });
    expect(requests[1]?.headers.authorization).toContain("ASIA1");
  });

  test("passes the wish that it ends on to a daemon, which stores nothing", async () => {
    const running = start("wait", { results: undefined });
    await new Promise((done) => running.stderr.once("data", done));
    running.kill("SIGTERM");
    expect(await running).toMatchObject({ exitCode: 143 });
    expect(stored.size).toBe(1);
  });
});
