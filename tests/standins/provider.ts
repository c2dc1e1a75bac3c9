/**
 * Stands in for a provider's plugin (`node provider.ts PACKAGE ENGINE_ADDRESS`) where the real one cannot be had: the
 * real engine runs the real program against it. It makes nothing: inputs come back as outputs, with what `answers.ts`
 * says that only the cloud knows. So it does not prove that AWS or Kubernetes would accept what it is asked for; what is
 * no input of a type at all it refuses, as the real plugin does.
 *
 * What it does beyond that its environment says (`powers.ts`).
 */
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import { changedNames, fromStruct, toStruct, type Properties } from "../../provider/values.ts";
import { calls, unread } from "./answers.ts";
import { madeBefore, note, type Asked } from "./journal.ts";
import {
  hasFailed,
  isAwaited,
  isRenamed,
  isReplacedUnready,
  jobStatus,
  NotReady,
  withName,
} from "./kubernetes.ts";
import { nameOf, placeOf, type Place } from "./names.ts";
import { guard, ofTheLine, outputsOf, told } from "./outputs.ts";
import {
  claimName,
  countCreation,
  dead,
  failOnDemand,
  holdOnDemand,
  journal,
  letNameGo,
  unready,
} from "./powers.ts";
import { replacedBy } from "./replaces.ts";
import { inputsOf, versionOf } from "./schema.ts";
import { serve, unary } from "./serve.ts";

const [name = ""] = process.argv.slice(2);
let region = "";
/** Which cluster it is. */
let cluster = "";

/** What needs no answer of the cloud. */
const without: ReadonlySet<Asked["method"]> = new Set(["check", "diff", "configure", "made"]);

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

const physicalName = (type: string, inputs: Properties) =>
  nameOf(type, name === "kubernetes" ? cluster : region, inputs);

/** The plugin for Kubernetes waits for Jobs. @throws NotReady for one that fails */
function endOf(
  method: "create" | "update",
  { type, name: resource }: Place,
  urn: string,
  id: string,
  outputs: Properties,
): Properties {
  if (!isAwaited(type, outputs)) return outputs;
  const failed = resource === unready || hasFailed(outputs);
  const ended = { ...outputs, status: jobStatus(failed) };
  if (failed) throw new NotReady(method, urn, id, ended);
  return ended;
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
    const identifier = config["clusterIdentifier"];
    if (typeof identifier === "string") cluster = identifier;
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
    const inputs = withName(place.type, place.name, fromStruct(request.getNews()));
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
    const olds = fromStruct(request.getOldInputs());
    const changed = changedNames(olds, news).filter((input) => !ignored.includes(input));
    const replaces = [
      ...replacedBy(place.type, olds, news).filter((input) => changed.includes(input)),
      ...(name === "kubernetes" && isRenamed(olds, news) ? ["metadata"] : []),
      ...(isReplacedUnready(place.type, fromStruct(request.getOlds()), news)
        ? ['metadata.annotations["pulumi.com/replaceUnready"]']
        : []),
    ];
    const { DIFF_SOME, DIFF_NONE } = providerPb.DiffResponse.DiffChanges;
    const before = physicalName(place.type, olds);
    return (
      new providerPb.DiffResponse()
        .setChanges(changed.length + replaces.length > 0 ? DIFF_SOME : DIFF_NONE)
        .setDiffsList(changed)
        .setReplacesList(replaces)
        // Two of one name cannot be there at once.
        .setDeletebeforereplace(before !== undefined && before === physicalName(place.type, news))
    );
  }),
  create: unary(async (request: InstanceType<typeof providerPb.CreateRequest>) => {
    const place = placeOf(request.getUrn());
    const inputs = fromStruct(request.getProperties());
    const preview = request.getPreview();
    asked("create", place, inputs, preview);
    if (preview) {
      await guard(place, inputs);
      // Nothing of the cloud is known.
      return new providerPb.CreateResponse().setProperties(toStruct(inputs));
    }
    const creation = countCreation();
    failOnDemand(place, creation);
    const physical = physicalName(place.type, inputs);
    claimName(physical);
    try {
      const { id = `${place.name}-id`, ...made } = await told(region, "create", place, inputs);
      const outputs = { ...(await outputsOf(region, place, inputs)), ...made };
      asked("made", place, {});
      await holdOnDemand(place, creation);
      const ended = endOf("create", place, request.getUrn(), String(id), outputs);
      return new providerPb.CreateResponse().setId(String(id)).setProperties(toStruct(ended));
    } catch (error) {
      if (!(error instanceof NotReady)) letNameGo(physical);
      throw error;
    }
  }),
  read: unary(async (request: InstanceType<typeof providerPb.ReadRequest>) => {
    const place = placeOf(request.getUrn());
    const state = fromStruct(request.getProperties());
    asked("read", place, state);
    const isImport = Object.keys(state).length === 0;
    // A restored database has what the one before it was given.
    const made = isImport && journal !== undefined ? madeBefore(journal, place) : {};
    const found = Object.fromEntries(
      Object.entries(made).filter(([input]) => unread[place.type]?.includes(input) !== true),
    );
    return new providerPb.ReadResponse()
      .setId(request.getId())
      .setProperties(toStruct(await outputsOf(region, place, isImport ? found : state)))
      .setInputs(isImport ? toStruct(found) : request.getInputs());
  }),
  update: unary(async (request: InstanceType<typeof providerPb.UpdateRequest>) => {
    const place = placeOf(request.getUrn());
    const inputs = fromStruct(request.getNews());
    asked("update", place, inputs, request.getPreview());
    // What the cloud said of it before still holds, in a preview too.
    const news = request.getPreview()
      ? {}
      : { ...(await ofTheLine(place, inputs)), ...(await told(region, "update", place, inputs)) };
    const olds = fromStruct(request.getOlds());
    // What the server has added to it stays, as its uid does.
    const metadata = { ...(olds["metadata"] as object), ...(inputs["metadata"] as object) };
    const kept = name === "kubernetes" ? { metadata } : {};
    const outputs = { ...olds, ...inputs, ...kept, ...news };
    if (request.getPreview()) {
      return new providerPb.UpdateResponse().setProperties(toStruct(outputs));
    }
    const before = physicalName(place.type, fromStruct(request.getOldInputs()));
    const after = physicalName(place.type, inputs);
    if (before !== after) {
      claimName(after);
      letNameGo(before);
    }
    const ended = endOf("update", place, request.getUrn(), request.getId(), outputs);
    return new providerPb.UpdateResponse().setProperties(toStruct(ended));
  }),
  delete: unary(async (request: InstanceType<typeof providerPb.DeleteRequest>) => {
    const place = placeOf(request.getUrn());
    asked("delete", place, {});
    const inputs = fromStruct(request.getOldInputs());
    await told(region, "delete", place, inputs);
    letNameGo(physicalName(place.type, inputs));
    return new emptyPb.Empty();
  }),
  cancel: unary(() => new emptyPb.Empty()),
} as Partial<IResourceProviderServer> as IResourceProviderServer; // The rest answers UNIMPLEMENTED.

serve(service);
