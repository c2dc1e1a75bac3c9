import * as grpc from "@grpc/grpc-js";
import anyPb from "google-protobuf/google/protobuf/any_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import { UserError } from "../lib/user-error.ts";
import { InitFailed } from "./resource.ts";
import { toStruct } from "./values.ts";

/** An error as the engine shows it: a user's without a stack, a defect's with it. */
export function toServiceError(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof InitFailed) return initFailed(error);
  const message =
    error instanceof UserError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  return { code: grpc.status.UNKNOWN, details: message };
}

/**
 * The resource exists but failed to initialise: id and properties travel in the status's details,
 * in the header by which Go's gRPC reads them.
 */
function initFailed({ id, outputs, message }: InitFailed): Partial<grpc.StatusObject> {
  const detail = new providerPb.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(toStruct(outputs));
  detail.setReasonsList([message]);
  const any = new anyPb.Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusPb.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}
