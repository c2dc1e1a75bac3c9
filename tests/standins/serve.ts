import * as grpc from "@grpc/grpc-js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import { toStruct } from "../../provider/values.ts";
import { NotReady } from "./kubernetes.ts";

export function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const answer = async () => handle(call.request);
    answer().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        const metadata = error instanceof NotReady ? detailsOf(error) : new grpc.Metadata();
        callback({ code: grpc.status.UNKNOWN, message, details: message, metadata });
      },
    );
  };
}

/** What the engine reads beside the message: the resource is there, in this state. */
function detailsOf({ id, properties, reasons, message }: NotReady): grpc.Metadata {
  const failed = new providerPb.ErrorResourceInitFailed()
    .setId(id)
    .setProperties(toStruct(properties))
    .setReasonsList([...reasons]);
  const detail = new anyPb.Any();
  detail.pack(failed.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status()
    .setCode(grpc.status.UNKNOWN)
    .setMessage(message)
    .setDetailsList([detail]);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return metadata;
}

/** Tells the engine where it listens, and ends with it. */
export function serve(service: IResourceProviderServer): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 * 1024 * 1024 });
  server.addService(providerGrpc.ResourceProviderService, service);
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`);
  });
  // An engine that was killed cannot say so.
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine) process.exit(0);
  }, 500);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
}
