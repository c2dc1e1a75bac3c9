import * as grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

/** Lines of the engine's own display. A line that cannot be delivered never fails a resource. */
export class EngineLog {
  readonly #client: InstanceType<typeof engineGrpc.EngineClient>;

  /** @param address host and port of the engine, from the plugin's arguments. */
  constructor(address: string) {
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** The resource's status line, replaced by the next one. */
  progress(urn: string, message: string): void {
    this.#send(urn, message, enginePb.LogSeverity.INFO, true);
  }

  info(urn: string, message: string): void {
    this.#send(urn, message, enginePb.LogSeverity.INFO, false);
  }

  warn(urn: string, message: string): void {
    this.#send(urn, message, enginePb.LogSeverity.WARNING, false);
  }

  #send(urn: string, message: string, severity: enginePb.LogSeverity, ephemeral: boolean): void {
    const request = new enginePb.LogRequest()
      .setUrn(urn)
      .setMessage(message)
      .setSeverity(severity)
      .setEphemeral(ephemeral);
    this.#client.log(request, () => undefined);
  }
}
