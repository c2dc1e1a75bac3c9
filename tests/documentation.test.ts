import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { LocalPlatform } from "../stacks/local/platform.ts";
import { primary } from "../stacks/primary.ts";
import { platformsOf, readLocalSettings, secretNames, settingNames } from "../stacks/settings.ts";
import { example, settingsOf } from "./components/aws-stacks.ts";
import { standby } from "../stacks/standby.ts";
import { configOf, record } from "./components/mocks.ts";
import { hasTitle, tableOf, testsIn } from "./titles.ts";
import { negatives } from "./drill/options.ts";
import { disasters } from "./drill/plan.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const readme = read("README.md");

/** The cells of a section's tables, without backticks; of rows that begin with a name in backticks. */
function rows(heading: string): string[][] {
  const [, body = ""] = readme.split(new RegExp(`^## ${heading}$`, "m"));
  return (body.split(/^## /m)[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line.split(" |").map((cell) => cell.replace(/^\|/, "").trim().replaceAll("`", "")),
    );
}

/** Default of each setting by platform, as the README says it. */
function told(platform: "local" | "aws"): Map<string, string> {
  const column = platform === "local" ? 1 : 2;
  return new Map(rows("Settings").map((cells) => [cells[0] ?? "", cells[column] ?? ""]));
}

/** What a cell or a line of YAML says. */
const valueOf = (text: string): unknown => load(text);
const words = ["required", "none", "derived", "–"];

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
  return readLocalSettings(configOf(values), root);
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
    for (const [name, text] of declared()) {
      for (const platform of platformsOf(name)) {
        // Empty there: each platform has a default of its own, which is checked below.
        if (text !== undefined && ['""', "{}", "[]"].includes(text)) continue;
        if (name === "platform") continue;
        const said = `${platform} ${name}: ${told(platform).get(name) ?? "missing"}`;
        expect(said).toBe(`${platform} ${name}: ${text ?? "required"}`);
      }
    }
  });

  test.each(["local", "aws"] as const)("says which settings %s has", (platform) => {
    const none = [...told(platform)].flatMap(([name, cell]) => (cell === "–" ? [name] : []));
    expect(none).toEqual(settingNames.filter((name) => !platformsOf(name).includes(platform)));
  });

  test.each(["local", "aws"] as const)("has the defaults of the settings of %s", (platform) => {
    const cells = [...told(platform)].filter(([, cell]) => !words.includes(cell));
    expect(cells.length).toBeGreaterThan(10);
    const said = Object.fromEntries(cells.map(([name, cell]) => [name, valueOf(cell)]));
    if (platform === "local") {
      expect(settings({ ...said, ...east })).toEqual(settings(east));
    } else {
      const unset = Object.fromEntries(cells.map(([name]) => [name, undefined]));
      expect(settingsOf("prod", said)).toEqual(settingsOf("prod", unset));
    }
  });

  test("says what AWS requires, and what may be left out", () => {
    const required = [...told("aws")].flatMap(([name, cell]) =>
      cell === "required" ? [name] : [],
    );
    const refused = settingNames.filter((name) => {
      try {
        settingsOf("prod", { [name]: undefined });
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual(required);
  });

  test("has every output of both roles", async () => {
    pulumi.runtime.setConfig("recover:vaultSecretAccessKey", "a secret of a test");
    const outputs = new Set(["recovery", "recoveryDetails"]);
    await record(() => {
      for (const name of Object.keys(
        primary(settings(east), new LocalPlatform(settings(east), root)),
      ))
        outputs.add(name);
    });
    await record(() => {
      for (const name of Object.keys(
        standby(settings(west), new LocalPlatform(settings(west), root)),
      ))
        outputs.add(name);
    });
    expect(
      rows("Outputs")
        .map(([name]) => name ?? "")
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
    const named = [...documents.matchAll(/npm run (?:-s )?([a-z][a-z-]*)/g)].map(
      (each) => each[1] ?? "",
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe("Pulumi.yaml", () => {
  test("declares every setting but the secrets, which can have no default", () => {
    expect([...declared().keys(), ...secretNames].sort()).toEqual([...settingNames].sort());
  });

  test("has the defaults of stacks/settings/local.ts", () => {
    const plain = [...declared()].flatMap(([name, text]): [string, unknown][] =>
      text === undefined ? [] : [[name, valueOf(text)]],
    );
    expect(settings({ ...Object.fromEntries(plain), ...east })).toEqual(settings(east));
  });

  test("has the defaults of stacks/settings/aws.ts", () => {
    const plain = [...declared()].flatMap(([name, text]): [string, unknown][] =>
      text === undefined ? [] : [[name, valueOf(text)]],
    );
    const defaults = Object.fromEntries(plain);
    const { platform: _, ...values } = { ...defaults, ...example("prod") };
    expect(settingsOf("prod", values)).toEqual(settingsOf("prod"));
  });
});

describe("docs/aws-not-run.md", () => {
  const named = tableOf("aws-not-run.md").rows.map((row) => testsIn(row.at(-1) ?? ""));

  test("names only tests that are there, and one at least for each thing that is shown", () => {
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((tests) => tests.length === 0)).toEqual([]);
    expect(named.flat().filter(({ file, title }) => !hasTitle(file, title))).toEqual([]);
  });
});

test("the README has every command around `up`", () => {
  const commands = readdirSync(join(root, "operations/commands")).map((file) =>
    file.replace(/\.ts$/, ""),
  );
  expect(commands.filter((name) => !readme.includes(`npm run ${name} -- `))).toEqual([]);
});
