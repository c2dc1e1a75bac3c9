/**
 * Stands in for a provider's plugin (`node provider.ts PACKAGE ENGINE_ADDRESS`) where the real one cannot be had: the
 * real engine runs the real program against it. It makes nothing: inputs come back as outputs, with what `answers.ts`
 * says that only the cloud knows. So it does not prove that AWS or Kubernetes would accept what it is asked for; what is
 * no input of a type at all it refuses, as the real plugin does.
 *
 * Its environment says what it does beyond that:
 * STANDIN_JOURNAL  file that every call is written to
 * STANDIN_DEAD     region that answers nothing
 * STANDIN_FAIL     `TYPE NAME` of the resource whose creation fails
 * STANDIN_WORLD    address that is told what is made, and answers when it is (tests/account/)
 */
import * as grpc from "@grpc/grpc-js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import {
  changedNames,
  hasUnknown,
  fromStruct,
  secret,
  toStruct,
  type Properties,
} from "../../provider/values.ts";
import { decided, ownerOf } from "./line.ts";
import { account, calls, outputsIn, secretOutputs } from "./answers.ts";
import { madeBefore, note, type Asked } from "./journal.ts";
import { replaces } from "./replaces.ts";
import { inputsOf, versionOf } from "./schema.ts";

const [name = ""] = process.argv.slice(2);
const { STANDIN_JOURNAL: journal, STANDIN_DEAD: dead, STANDIN_FAIL: failing } = process.env;
const { STANDIN_WORLD: world } = process.env;
let region = "";

interface Place {
  readonly stack: string;
  readonly type: string;
  readonly name: string;
}

/** Of `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function placeOf(urn: string): Place {
  const parts = urn.split("::");
  return {
    stack: parts[0]?.split(":").at(-1) ?? "",
    type: parts[2]?.split("$").at(-1) ?? "",
    name: parts.slice(3).join("::"),
  };
}

/** What needs no answer of the cloud. */
const without: ReadonlySet<Asked["method"]> = new Set(["check", "diff", "configure"]);

function asked(
  method: Asked["method"],
  { type, name: resource }: Omit<Place, "stack">,
  inputs: Properties,
  preview = false,
): void {
  if (journal !== undefined) {
    note(journal, { method, type, name: resource, region, preview, inputs });
  }
  if (region !== "" && region === dead && !without.has(method)) {
    throw new Error(`${region} does not answer: ${method} ${type} ${resource}`);
  }
}

/** What an update would know: nothing of the cloud is known in a preview. */
async function outputsOf(place: Place, inputs: Properties, preview: boolean): Promise<Properties> {
  if (preview) return inputs;
  const { type, name: resource } = place;
  const [pkg = "", module = ""] = type.split(":");
  const made = outputsIn(region);
  const service = module.split("/")[0] ?? "";
  const general =
    pkg === "aws"
      ? { arn: `arn:aws:${service}:${region}:${account}:${resource}`, name: `${resource}-made` }
      : {};
  const all = {
    ...general,
    ...inputs,
    ...made[type],
    ...made[`${type} ${resource}`],
    ...(await ofTheLine(place, inputs)),
  };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [
      key,
      secretOutputs[type]?.includes(key) === true ? secret(value) : value,
    ]),
  );
}

/** What stands behind it, where something does. */
async function told(
  method: "create" | "update" | "delete",
  place: Place,
  inputs: Properties,
): Promise<Properties> {
  if (world === undefined) return {};
  const body = JSON.stringify({ method, ...place, region, inputs });
  const answer = (await (await fetch(world, { method: "POST", body })).json()) as {
    outputs?: Properties;
    error?: string;
  };
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.outputs ?? {};
}

/** What is each stack's own, and who holds the line. */
async function ofTheLine(place: Place, inputs: Properties, observe = false): Promise<Properties> {
  if (place.type === "recover:index:Key") {
    return inputs["kind"] === "id" ? { value: ownerOf(place.stack) } : {};
  }
  if (place.type !== "recover:index:Step" || journal === undefined) return {};
  const found = await decided(`${journal}-control`, place.name, inputs, observe);
  if (found === undefined) return {};
  const canned = outputsIn(region)[place.type]?.["result"] ?? {};
  return { result: { ...canned, ...found } };
}

/** As the real provider: what must refuse an update is asked before it, in previews too. */
async function guard(place: Place, inputs: Properties): Promise<void> {
  if (inputs["guard"] === true && !hasUnknown(inputs)) await ofTheLine(place, inputs, true);
}

/** An object of Kubernetes of another name is another object. */
function isRenamed(olds: Properties, news: Properties): boolean {
  if (name !== "kubernetes") return false;
  const [before, after] = [olds["metadata"], news["metadata"]] as { name?: string }[];
  return before?.name !== after?.name;
}

/** Kubernetes needs a name in `metadata`; the real plugin gives one with random digits. */
function named(place: Place, inputs: Properties): Properties {
  if (!place.type.startsWith("kubernetes:")) return inputs;
  const metadata = (inputs["metadata"] ?? {}) as Properties;
  return { ...inputs, metadata: { name: `${place.name}-made`, ...metadata } };
}

const service = {
  getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(versionOf(name))),
  checkConfig: unary((request: InstanceType<typeof providerPb.CheckRequest>) =>
    new providerPb.CheckResponse().setInputs(request.getNews()),
  ),
  diffConfig: unary(() =>
    new providerPb.DiffResponse().setChanges(providerPb.DiffResponse.DiffChanges.DIFF_NONE),
  ),
  configure: unary((request: InstanceType<typeof providerPb.ConfigureRequest>) => {
    const config = fromStruct(request.getArgs());
    region = typeof config["region"] === "string" ? config["region"] : "";
    asked("configure", { type: name, name: "" }, config);
    return new providerPb.ConfigureResponse().setSupportspreview(true);
  }),
  invoke: unary((request: InstanceType<typeof providerPb.InvokeRequest>) => {
    const type = request.getTok();
    const inputs = fromStruct(request.getArgs());
    asked("invoke", { type, name: "" }, inputs);
    const answer = calls[type];
    if (answer === undefined) throw new Error(`the stand-in has no answer to ${type}`);
    return new providerPb.InvokeResponse().setReturn(toStruct(answer(inputs)));
  }),
  check: unary((request: InstanceType<typeof providerPb.CheckRequest>) => {
    const place = placeOf(request.getUrn());
    const inputs = named(place, fromStruct(request.getNews()));
    asked("check", place, inputs);
    const known = name === "recover" ? undefined : inputsOf(place.type);
    const strange = Object.keys(inputs).filter((input) => known?.has(input) === false);
    return new providerPb.CheckResponse()
      .setInputs(toStruct(inputs))
      .setFailuresList(
        strange.map((property) =>
          new providerPb.CheckFailure()
            .setProperty(property)
            .setReason(`${place.type} has no input "${property}"`),
        ),
      );
  }),
  diff: unary(async (request: InstanceType<typeof providerPb.DiffRequest>) => {
    const place = placeOf(request.getUrn());
    const news = fromStruct(request.getNews());
    asked("diff", place, news);
    const ignored = request.getIgnorechangesList();
    // As the real one: what is done once is not asked again.
    if (!ignored.includes("params")) await guard(place, news);
    const changed = changedNames(fromStruct(request.getOldInputs()), news).filter(
      (input) => !ignored.includes(input),
    );
    const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
    return new providerPb.DiffResponse()
      .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
      .setDiffsList(changed)
      .setReplacesList([
        ...changed.filter((input) => replaces[place.type]?.includes(input) === true),
        ...(isRenamed(fromStruct(request.getOldInputs()), news) ? ["metadata"] : []),
      ]);
  }),
  create: unary(async (request: InstanceType<typeof providerPb.CreateRequest>) => {
    const place = placeOf(request.getUrn());
    const inputs = fromStruct(request.getProperties());
    const preview = request.getPreview();
    asked("create", place, inputs, preview);
    if (preview) await guard(place, inputs);
    if (!preview && failing === `${place.type} ${place.name}`) {
      throw new Error(`the test has ${failing} fail`);
    }
    const { id = `${place.name}-id`, ...made } = preview ? {} : await told("create", place, inputs);
    return new providerPb.CreateResponse()
      .setId(preview ? "" : String(id))
      .setProperties(toStruct({ ...(await outputsOf(place, inputs, preview)), ...made }));
  }),
  read: unary(async (request: InstanceType<typeof providerPb.ReadRequest>) => {
    const place = placeOf(request.getUrn());
    const state = fromStruct(request.getProperties());
    asked("read", place, state);
    const isImport = Object.keys(state).length === 0;
    // A restored database has what the one before it was given.
    const found = isImport && journal !== undefined ? madeBefore(journal, place) : {};
    return new providerPb.ReadResponse()
      .setId(request.getId())
      .setProperties(toStruct(await outputsOf(place, isImport ? found : state, false)))
      .setInputs(isImport ? toStruct(found) : request.getInputs());
  }),
  update: unary(async (request: InstanceType<typeof providerPb.UpdateRequest>) => {
    const place = placeOf(request.getUrn());
    const inputs = fromStruct(request.getNews());
    asked("update", place, inputs, request.getPreview());
    // What the cloud said of it before still holds, in a preview too.
    const news = request.getPreview()
      ? {}
      : { ...(await ofTheLine(place, inputs)), ...(await told("update", place, inputs)) };
    const olds = fromStruct(request.getOlds());
    // What the server has added to it stays, as its uid does.
    const metadata = { ...(olds["metadata"] as object), ...(inputs["metadata"] as object) };
    const kept = name === "kubernetes" ? { metadata } : {};
    const outputs = { ...olds, ...inputs, ...kept, ...news };
    return new providerPb.UpdateResponse().setProperties(toStruct(outputs));
  }),
  delete: unary(async (request: InstanceType<typeof providerPb.DeleteRequest>) => {
    const place = placeOf(request.getUrn());
    asked("delete", place, {});
    await told("delete", place, fromStruct(request.getOldInputs()));
    return new emptyPb.Empty();
  }),
  cancel: unary(() => new emptyPb.Empty()),
} as Partial<IResourceProviderServer> as IResourceProviderServer; // The rest answers UNIMPLEMENTED.

function unary<Request, Response>(
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
        callback({ code: grpc.status.UNKNOWN, message, details: message });
      },
    );
  };
}

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
