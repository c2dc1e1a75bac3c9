import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { primary } from "../stacks/primary.ts";
import { readSettings, settingNames } from "../stacks/settings.ts";
import { standby } from "../stacks/standby.ts";
import { configOf, record } from "./components/mocks.ts";
import { negatives } from "./drill/options.ts";
import { disasters } from "./drill/plan.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const readme = read("README.md");

/** First and second cells of a section's tables, without backticks. */
function rows(heading: string): [string, string][] {
  const [, body = ""] = readme.split(new RegExp(`^## ${heading}$`, "m"));
  return [...(body.split(/^## /m)[0] ?? "").matchAll(/^\| `([^`]+)` *\| ([^|]*?) *\|/gm)].map(
    (row) => [row[1] ?? "", (row[2] ?? "").replaceAll("`", "")],
  );
}

/** `recover:` settings of Pulumi.yaml with their default as it is written there. */
function declared(): Map<string, string | undefined> {
  const [, ...parts] = read("Pulumi.yaml").split(/^ {2}recover:/m);
  return new Map(
    parts.map((part): [string, string | undefined] => [
      part.slice(0, part.indexOf(":")),
      /^ {4}default: (.*)$/m.exec(part)?.[1],
    ]),
  );
}

function settings(values: Record<string, unknown>) {
  return readSettings(configOf(values), root);
}
const east = { role: "primary", region: "east", standbyRegion: "west" };
const west = {
  role: "standby",
  region: "west",
  standbyRegion: "west",
  vaultEndpoint: "http://127.0.0.1:27100",
  vaultAccessKeyId: "root-west",
};

describe("the README", () => {
  test("has every setting, in the order of stacks/settings.ts", () => {
    expect(rows("Settings").map(([name]) => name)).toEqual(settingNames);
  });

  test("has the defaults of Pulumi.yaml", () => {
    const told = new Map(rows("Settings"));
    for (const [name, text] of declared()) {
      const wanted = text === undefined ? "required" : text === '""' ? "none" : text;
      expect(`${name}: ${told.get(name) ?? "missing"}`).toBe(`${name}: ${wanted}`);
    }
  });

  test("has every output of both roles", async () => {
    pulumi.runtime.setConfig("recover:vaultSecretAccessKey", "a secret of a test");
    const outputs = new Set(["recovery", "recoveryDetails"]);
    await record(() => {
      for (const name of Object.keys(primary(settings(east), root))) outputs.add(name);
    });
    await record(() => {
      for (const name of Object.keys(standby(settings(west), root))) outputs.add(name);
    });
    expect(
      rows("Outputs")
        .map(([name]) => name)
        .sort(),
    ).toEqual([...outputs].sort());
  });

  test("has every command", () => {
    const [, commands = ""] = readme.split(/^## Commands$/m);
    const [told = ""] = commands.split(/^## /m);
    const all = readdirSync(join(root, "scripts/commands"))
      .filter((file) => /^[a-z-]+\.ts$/.test(file))
      .map((file) => file.slice(0, -".ts".length));
    expect(all.filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
  });

  test("has every disaster and every negative control of the drill", () => {
    const [, drill = ""] = readme.split(/^## The drill$/m);
    const all = [...disasters, ...negatives.filter((each) => each !== "none")];
    expect(all.filter((name) => !drill.includes(`\`${name}\``))).toEqual([]);
  });

  test("names only commands that package.json has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const documents = [readme, read("CONTRIBUTING.md"), read("docs/architecture.md")].join("\n");
    const named = [...documents.matchAll(/npm run (?:-s )?([a-z]+)/g)].map((each) => each[1] ?? "");
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("Pulumi.yaml", () => {
  test("declares every setting but the secret, which can have no default", () => {
    expect([...declared().keys(), "vaultSecretAccessKey"].sort()).toEqual([...settingNames].sort());
  });

  test("has the defaults of stacks/settings.ts", () => {
    // As YAML reads it: flow style is JSON once keys and words have their quotes.
    const valueOf = (text: string): unknown =>
      /^[{[]/.test(text)
        ? JSON.parse(
            text.replaceAll(/([{,] *)(\w+):/g, '$1"$2":').replaceAll(/: (\d+ \w+)/g, ': "$1"'),
          )
        : text === '""'
          ? ""
          : /^\d+$/.test(text)
            ? Number(text)
            : text;
    const plain = [...declared()].flatMap(([name, text]): [string, unknown][] =>
      text === undefined ? [] : [[name, valueOf(text)]],
    );
    expect(settings({ ...Object.fromEntries(plain), ...east })).toEqual(settings(east));
  });
});
