import { describe, expect, test } from "vitest";
import { BadInput } from "../settings/index.ts";
import { readStackFile, withStackFile } from "./stack-file.ts";
import type { StackFacts } from "./stack.ts";

const facts = (more: Partial<StackFacts> = {}): StackFacts => ({
  source: "state",
  resources: [],
  ...more,
});
const key = "awskms://alias/pulumi?region=eu-west-1";

test("a stack's file tells its configuration, and the key of its secrets", () => {
  const text = `secretsprovider: ${key}\nconfig:\n  platform:role: standby\n`;
  const file = readStackFile(text, "some/folder/Pulumi.dr.yml");
  expect(file).toEqual({
    stack: "dr",
    config: { "platform:role": "standby" },
    secretsProvider: key,
  });
  expect(readStackFile("", "Pulumi.a.b.yaml")).toEqual({ stack: "a.b", config: {} });
});

describe("added to a state or preview", () => {
  const file = { stack: "dr", config: { a: 1, b: 1 }, secretsProvider: key };

  test("what that tells itself wins", () => {
    const secretsProvider = { type: "passphrase" };
    expect(withStackFile(facts({ config: { a: 2 }, secretsProvider }), file)).toEqual(
      facts({ config: { a: 2, b: 1 }, secretsProvider }),
    );
  });

  test("what it does not tell is the file's", () => {
    const secretsProvider = { type: "awskms", url: key };
    expect(withStackFile(facts(), file)).toEqual(
      facts({ config: { a: 1, b: 1 }, secretsProvider }),
    );
    const { config } = file;
    expect(withStackFile(facts(), { stack: "dr", config, secretsProvider: undefined })).toEqual(
      facts({ config }),
    );
  });
});

test.each([
  ["Pulumi.yaml", "", "Pulumi.yaml: a stack file is named Pulumi.STACK.yaml"],
  ["old-Pulumi.dr.yaml", "", "a stack file is named"],
  ["Pulumi.dr.yaml.bak", "", "a stack file is named"],
  ["Pulumi.dr.yaml", "a: [", "Pulumi.dr.yaml is not YAML: "],
  ["Pulumi.dr.yaml", "config: 1", "Pulumi.dr.yaml is no stack file: config: "],
  ["Pulumi.dr.yaml", "secretsprovider: 1", "is no stack file: secretsprovider: "],
])("%s with %j is refused", (name, text, message) => {
  const read = () => readStackFile(text, name);
  expect(read).toThrow(BadInput);
  expect(read).toThrow(message);
});
