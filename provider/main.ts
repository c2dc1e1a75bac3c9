import * as grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { EngineLog } from "./engine-log.ts";
import { createService } from "./server.ts";

/** As @pulumi/pulumi sets it on its side: 400 MiB. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;
/** A cancelled step gets 10 s to reach a safe point, then the plugin goes. */
const LAST_WORDS_MS = 15_000;

/** Started by the engine with its address; answers on stdout with the port to call. */
const [engineAddress] = process.argv.slice(2).filter((word) => !word.startsWith("-"));
if (engineAddress === undefined) {
  console.error("pulumi-resource-recover is started by Pulumi, with the address of its engine.");
  process.exit(2);
}

const stopping = new AbortController();
const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE_BYTES });
server.addService(
  providerGrpc.ResourceProviderService,
  createService(new EngineLog(engineAddress), stopping),
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});

// An engine that was killed cannot say so: nothing may go on behind a stack that nobody runs.
const engine = process.ppid;
setInterval(() => {
  if (process.ppid !== engine) stop();
}, 250);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);

function stop(): void {
  if (stopping.signal.aborted) return;
  stopping.abort(new Error("the Pulumi engine is gone"));
  server.tryShutdown(() => process.exit(0));
  setTimeout(() => process.exit(1), LAST_WORDS_MS);
}
