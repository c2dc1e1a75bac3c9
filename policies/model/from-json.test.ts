import { describe, expect, test } from "vitest";
import { BadInput } from "../settings/index.ts";
import { readPreview, readState } from "./from-json.ts";
import { unknown } from "./value.ts";

const urn = (name: string, type = "aws:s3/bucket:Bucket") =>
  `urn:pulumi:prod::platform::${type}::${name}`;
const bucket = (more: object = {}) => ({
  urn: urn("events"),
  type: "aws:s3/bucket:Bucket",
  ...more,
});
const state = (...resources: readonly object[]) =>
  readState(JSON.stringify({ version: 3, deployment: { resources } }), "state.json");
const only = (resource: object) => state(resource).resources[0];
const signature = "4dabf18193072939515e22adb298388d";

describe("exported state", () => {
  test("a resource with nothing but its name and type", () => {
    expect(only(bucket())).toEqual({
      urn: urn("events"),
      type: "aws:s3/bucket:Bucket",
      name: "events",
      outputs: {},
      protect: false,
      propertyDependencies: {},
    });
  });

  test("a resource with all that is told", () => {
    const told = {
      id: "b-1",
      inputs: { a: 1 },
      outputs: { a: 2 },
      protect: true,
      external: false,
      retainOnDelete: true,
      ignoreChanges: ["tags"],
      propertyDependencies: { a: [urn("key")] },
    };
    expect(only(bucket(told))).toEqual({
      urn: urn("events"),
      type: "aws:s3/bucket:Bucket",
      name: "events",
      ...told,
    });
  });

  test("what is null is not told, an id that is empty or not known neither", () => {
    const nothing = { ignoreChanges: null, propertyDependencies: { a: null } };
    const read = only(bucket({ ...nothing, id: "" }));
    expect(read).toMatchObject({ propertyDependencies: { a: [] } });
    expect(read?.ignoreChanges).toBeUndefined();
    expect(read?.id).toBeUndefined();
    const open = only(bucket({ id: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }));
    expect(open?.id).toBeUndefined();
  });

  test("a name may hold colons", () => {
    expect(only(bucket({ urn: urn("a::b") }))?.name).toBe("a::b");
  });

  test("what only waits to be deleted is no part of the stack", () => {
    expect(state(bucket({ delete: true }), bucket({ delete: false })).resources).toHaveLength(1);
    expect(state()).toEqual({ source: "state", resources: [] });
  });

  test("the provider that a resource names, its outputs before its inputs", () => {
    const provider = {
      urn: urn("west", "pulumi:providers:aws"),
      type: "pulumi:providers:aws",
      inputs: { region: "eu-west-1", profile: "a" },
      outputs: { region: "eu-west-2" },
    };
    const [, read] = state(provider, bucket({ provider: `${provider.urn}::id-1` })).resources;
    expect(read?.provider).toEqual({
      name: "west",
      properties: { region: "eu-west-2", profile: "a" },
    });
    expect(only(bucket({ provider: `${provider.urn}::id-1` }))?.provider).toEqual({
      name: "west",
      properties: {},
    });
    expect(only(bucket({ provider: "" }))?.provider).toBeUndefined();
  });

  const values: readonly (readonly [string, unknown, unknown])[] = [
    ["a secret, shown", { [signature]: "1b47061264138c4ac30d75fd1eb44270", plaintext: '"x"' }, "x"],
    ["shown, no JSON", { [signature]: "1b47061264138c4ac30d75fd1eb44270", plaintext: "{" }, "{"],
    ["hidden", { [signature]: "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1" }, unknown],
    ["a hidden text", "[secret]", unknown],
    ["an output", { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: 5 }, 5],
    ["an output to come", { [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4" }, unknown],
    ["an asset", { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "x" }, {}],
    ["null", null, null],
    ["a list, an object", [{ a: [1, "[secret]"] }], [{ a: [1, unknown] }]],
    ...[
      "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
      "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
      "030794c1-ac77-496b-92df-f27374a8bd58",
      "e48ece36-62e2-4504-bad9-02848725956a",
      "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ].map((sentinel) => ["not known", sentinel, unknown] as const),
  ];
  test.each(values)("a value: %s", (_, value, expected) => {
    const read = only(bucket({ inputs: { value }, outputs: { value } }));
    expect(read?.outputs).toEqual({ value: expected });
    expect(read?.inputs).toEqual({ value: expected });
  });

  test.each([
    [{ type: "passphrase", state: {} }, { type: "passphrase" }],
    [
      { type: "cloud", state: { url: "awskms://a" } },
      { type: "cloud", url: "awskms://a" },
    ],
    [null, undefined],
  ])("what encrypts its secrets: %j", (provider, expected) => {
    const deployment = { resources: null, secrets_providers: provider };
    const read = readState(JSON.stringify({ version: 4, deployment }), "s");
    expect(read.secretsProvider).toEqual(expected);
  });

  test.each([
    ["hello", /^s\.json is not JSON: .*hello/],
    ["[]", /^s\.json is no exported state \(Invalid input.*\)\. Write one with `pulumi stack exp/],
    ['{"version":3}', /^s\.json is no exported state \(deployment: .*\)/],
    ['{"version":2,"deployment":{}}', /layout 2, this pack reads 3 and 4: it was written by ano/],
    [
      '{"version":3,"deployment":{"resources":[{"urn":"x","type":"y"}]}}',
      /deployment\.resources\.0\.urn/,
    ],
    [
      '{"version":3,"deployment":{"resources":[{"urn":"x","type":"y"},{"urn":"x","type":"y"}]}}',
      /^[^\n]*\. Write one/,
    ],
    ['{"version":3,"deployment":{"secrets_providers":{"state":{}}}}', /secrets_providers\.type: /],
    [
      '{"version":3,"deployment":{"secrets_providers":{"type":"cloud","state":{"url":5}}}}',
      /secrets_providers\.state\.url: /,
    ],
  ])("%s is refused", (text, message) => {
    const read = () => readState(text, "s.json");
    expect(read).toThrow(BadInput);
    expect(read).toThrow(message);
  });
});

describe("a saved preview", () => {
  const preview = (steps: readonly object[], more: object = {}) =>
    readPreview(JSON.stringify({ steps, ...more }), "p.json");
  const step = (op: string, newState?: object) => ({ op, urn: urn("events"), newState });

  test.each(["delete", "delete-replaced", "discard", "discard-replaced", "read-discard"])(
    "what %s takes away is not there",
    (op) => {
      expect(preview([step(op, bucket())]).resources).toEqual([]);
    },
  );

  test.each(["create", "same", "update", "replace", "create-replacement", "import", "read"])(
    "what %s leaves is there",
    (op) => {
      expect(preview([step(op, bucket())]).resources).toHaveLength(1);
    },
  );

  test("the last step of a resource counts, one without a state does not", () => {
    const steps = [
      step("create-replacement", bucket({ inputs: { a: 1 } })),
      step("replace", bucket({ inputs: { a: 2 } })),
      step("same"),
    ];
    expect(preview(steps).resources.map(({ inputs }) => inputs)).toEqual([{ a: 2 }]);
  });

  test("its configuration, when it is told", () => {
    expect(preview([], { config: { "aws:region": "a" } })).toEqual({
      source: "preview",
      resources: [],
      config: { "aws:region": "a" },
    });
    expect(preview([], { config: null })).toEqual({ source: "preview", resources: [] });
    expect(preview([])).toEqual({ source: "preview", resources: [] });
  });

  test.each([
    ["{", /^p\.json is not JSON/],
    ["{}", /^p\.json is no saved preview \(steps: .*\)\. Write one with `pulumi preview --json/],
    ['{"steps":[{"urn":"x"}]}', /\(steps\.0\.op: /],
  ])("%s is refused", (text, message) => {
    expect(() => readPreview(text, "p.json")).toThrow(message);
  });
});
