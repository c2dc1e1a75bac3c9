import * as grpc from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { EngineLog } from "./engine-log.ts";
import { keyResource } from "./key.ts";
import { pinResource } from "./pin.ts";
import { processResource } from "./process.ts";
import type { CallContext, DiffResult, Resource } from "./resource.ts";
import { stepResource } from "./step.ts";
import { toServiceError } from "./service-error.ts";
import { fromStruct, toStruct } from "./values.ts";

export const VERSION = "0.1.0";

const resources: Readonly<Record<string, Resource>> = {
  "recover:index:Process": processResource,
  "recover:index:Step": stepResource,
  "recover:index:Key": keyResource,
  "recover:index:Pin": pinResource,
};

const empty = () => new emptyPb.Empty();

/**
 * The provider's gRPC service (pulumi/provider.proto). Decisions about the wire:
 * - secrets are not accepted: the engine sends plain values and marks what we echo as it was; what
 *   is secret by itself (a private key) we send back as a secret;
 * - previews of create and update are supported, so that what is known then is shown;
 * - unknown values arrive as a sentinel string (`values.ts`).
 * @param log where progress and warnings go.
 * @param stopping aborted by Cancel and at the engine's death; ends whatever runs.
 */
export function createService(log: EngineLog, stopping: AbortController): IResourceProviderServer {
  const contextOf = (urn: string): CallContext => ({
    urn,
    signal: stopping.signal,
    progress: (message) => {
      log.progress(urn, message);
    },
    info: (message) => {
      log.info(urn, message);
    },
    warn: (message) => {
      log.warn(urn, message);
    },
  });
  // A refresh asks for a diff right after its read; an update checks first (step.go of the engine).
  const justRead = new Set<string>();
  return {
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(VERSION)),
    getSchema: unary(() => new providerPb.GetSchemaResponse().setSchema(schema())),
    checkConfig: unary((request: InstanceType<typeof providerPb.CheckRequest>) =>
      new providerPb.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(() =>
      new providerPb.DiffResponse().setChanges(providerPb.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: unary(() =>
      new providerPb.ConfigureResponse()
        .setSupportspreview(true)
        .setAcceptsecrets(false)
        .setAcceptresources(false)
        .setAcceptoutputs(false),
    ),
    check: unary((request: InstanceType<typeof providerPb.CheckRequest>) => {
      justRead.delete(request.getUrn());
      const news = fromStruct(request.getNews());
      const failures = resourceOf(request.getUrn()).check(news);
      return new providerPb.CheckResponse()
        .setInputs(request.getNews())
        .setFailuresList(
          failures.map(({ property, reason }) =>
            new providerPb.CheckFailure().setProperty(property).setReason(reason),
          ),
        );
    }),
    diff: unary(async (request: InstanceType<typeof providerPb.DiffRequest>) =>
      diffResponse(
        await resourceOf(request.getUrn()).diff(
          {
            id: request.getId(),
            state: fromStruct(request.getOlds()),
            olds: fromStruct(request.getOldInputs()),
            news: fromStruct(request.getNews()),
            refreshing: justRead.delete(request.getUrn()),
            ignored: request.getIgnorechangesList(),
          },
          contextOf(request.getUrn()),
        ),
      ),
    ),
    create: unary(async (request: InstanceType<typeof providerPb.CreateRequest>) => {
      const { id, outputs } = await resourceOf(request.getUrn()).create(
        fromStruct(request.getProperties()),
        request.getPreview(),
        contextOf(request.getUrn()),
      );
      return new providerPb.CreateResponse().setId(id).setProperties(toStruct(outputs));
    }),
    read: unary(async (request: InstanceType<typeof providerPb.ReadRequest>) => {
      const state = await resourceOf(request.getUrn()).read(
        request.getId(),
        fromStruct(request.getProperties()),
        contextOf(request.getUrn()),
      );
      justRead.add(request.getUrn());
      return new providerPb.ReadResponse()
        .setId(request.getId())
        .setProperties(toStruct(state))
        .setInputs(request.getInputs());
    }),
    update: unary(async (request: InstanceType<typeof providerPb.UpdateRequest>) => {
      const outputs = await resourceOf(request.getUrn()).update(
        {
          id: request.getId(),
          state: fromStruct(request.getOlds()),
          olds: fromStruct(request.getOldInputs()),
          news: fromStruct(request.getNews()),
        },
        request.getPreview(),
        contextOf(request.getUrn()),
      );
      return new providerPb.UpdateResponse().setProperties(toStruct(outputs));
    }),
    delete: unary(async (request: InstanceType<typeof providerPb.DeleteRequest>) => {
      await resourceOf(request.getUrn()).delete(
        request.getId(),
        fromStruct(request.getProperties()),
        contextOf(request.getUrn()),
      );
      return empty();
    }),
    cancel: unary(() => {
      stopping.abort(new Error("cancelled"));
      return empty();
    }),
  } as Partial<IResourceProviderServer> as IResourceProviderServer; // The rest answers UNIMPLEMENTED.
}

/** One handler: its answer or its error, whichever comes; never a hanging call. */
function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    Promise.resolve()
      .then(() => handle(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(toServiceError(error));
        },
      );
  };
}

function resourceOf(urn: string): Resource {
  // urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const resource = resources[type];
  if (!resource) throw new Error(`the provider "recover" has no resource type "${type}"`);
  return resource;
}

function diffResponse({ changes, replaces = [], deleteBeforeReplace = false }: DiffResult) {
  const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
  const { UPDATE, UPDATE_REPLACE } = providerPb.PropertyDiff.Kind;
  const response = new providerPb.DiffResponse();
  // Spelled out, because the engine by itself shows no change of an output (`alive`).
  for (const name of changes) {
    const kind = replaces.includes(name) ? UPDATE_REPLACE : UPDATE;
    response.getDetaileddiffMap().set(name, new providerPb.PropertyDiff().setKind(kind));
  }
  return response
    .setHasdetaileddiff(true)
    .setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changes])
    .setReplacesList([...replaces])
    .setDeletebeforereplace(deleteBeforeReplace);
}

/** Names the resources; their TypeScript classes are in components/local. */
function schema(): string {
  const types = Object.keys(resources).map((type): [string, object] => [type, {}]);
  return JSON.stringify({
    name: "recover",
    version: VERSION,
    resources: Object.fromEntries(types),
  });
}
