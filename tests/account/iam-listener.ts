import { connect } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { TestCertificate } from "../harness/certificates.ts";
import { onCleanup } from "../harness/process.ts";

export interface IamListener {
  readonly address: string;
  readonly port: number;
  /** A broker's listener without logins. */
  readonly upstream: { readonly host: string; readonly port: number };
  readonly certificate: TestCertificate;
  readonly region: string;
}

/** Keys of the requests that a login is made of (https://kafka.apache.org/protocol). */
const api = { handshake: 17, authenticate: 36 };

/**
 * MSK's listener for IAM, in front of a broker: TLS, SASL's OAUTHBEARER, and a token that is a signed URL of this
 * region. Whose signature it is nobody checks here.
 *
 * @returns closes it: a broker that is lost answers nobody
 */
export async function serveIam(options: IamListener): Promise<() => void> {
  const { certificate, privateKey } = options.certificate;
  const server = createServer({ cert: certificate, key: privateKey }, (socket) => {
    login(socket, options);
  });
  await new Promise<void>((resolve) =>
    server.listen(options.port, options.address, () => {
      resolve();
    }),
  );
  const close = () => {
    server.close();
  };
  onCleanup(close);
  return close;
}

/** Answers the two requests of a login; everything else is the broker's. */
function login(socket: TLSSocket, { upstream, region }: IamListener): void {
  const broker = connect(upstream.port, upstream.host);
  broker.on("data", (data) => socket.write(data));
  for (const [one, other] of [
    [socket, broker],
    [broker, socket],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
  let waiting = Buffer.alloc(0);
  socket.on("data", (data: Buffer) => {
    waiting = Buffer.concat([waiting, data]);
    for (;;) {
      if (waiting.length < 4) return;
      const size = waiting.readInt32BE(0) + 4;
      if (waiting.length < size) return;
      const frame = waiting.subarray(0, size);
      waiting = waiting.subarray(size);
      const answer = answerTo(frame, region);
      if (answer === undefined) broker.write(frame);
      else socket.write(answer);
    }
  });
}

function answerTo(frame: Buffer, region: string): Buffer | undefined {
  const key = frame.readInt16BE(4);
  const version = frame.readInt16BE(6);
  const correlation = frame.subarray(8, 12);
  if (key === api.handshake) {
    // error 0, one mechanism
    return framed(correlation, int16(0), int32(1), text("OAUTHBEARER"));
  }
  if (key !== api.authenticate) return undefined;
  const allowed = signedFor(frame.toString("latin1"), region);
  const problem = allowed ? "" : "no signed URL of this region";
  const error = int16(allowed ? 0 : 58);
  const lifetime = Buffer.alloc(8);
  // From version 2 on lengths are one more, in a byte, and tags come last.
  return version >= 2
    ? framed(
        correlation,
        Buffer.from([0]),
        error,
        Buffer.from([problem.length + 1]),
        Buffer.from(problem),
        Buffer.from([1]),
        lifetime,
        Buffer.from([0]),
      )
    : framed(
        correlation,
        error,
        text(problem),
        int32(0),
        version === 1 ? lifetime : Buffer.alloc(0),
      );
}

/** A token is a URL in base64url: docs.aws.amazon.com/msk/latest/developerguide/configure-clients-for-iam-access-control.html */
function signedFor(frame: string, region: string): boolean {
  const token = /auth=Bearer ([\w-]+)/.exec(frame)?.[1] ?? "";
  const asked = Buffer.from(token, "base64url").toString();
  if (!URL.canParse(asked)) return false;
  const { hostname, searchParams } = new URL(asked);
  return (
    hostname === `kafka.${region}.amazonaws.com` &&
    searchParams.get("Action") === "kafka-cluster:Connect" &&
    /^[0-9a-f]{64}$/.test(searchParams.get("X-Amz-Signature") ?? "")
  );
}

function framed(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int32(body.length), body]);
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function text(value: string): Buffer {
  return Buffer.concat([int16(value.length), Buffer.from(value)]);
}
