import { lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { answer, isExecutable, onPath, real } from "../lib/find.mjs";
import { goBuild } from "../lib/go-build.mjs";
import { binDir, inCache, inRoot, inSetup } from "../lib/paths.mjs";
import { place } from "../lib/place.mjs";
import { run } from "../lib/run.mjs";
import { here, writeScript } from "../lib/scripts.mjs";
import { isAtLeast, versions } from "../lib/versions.mjs";

const sdkVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The user's own, when it can run TypeScript programs: its language host lies beside it or on PATH. */
function ownPulumi() {
  return onPath("pulumi").find((candidate) => {
    const beside = path.join(path.dirname(real(candidate)), "pulumi-language-nodejs");
    const host = isExecutable(beside) || onPath("pulumi-language-nodejs").length > 0;
    return host && isAtLeast(answer([candidate, "version"]) ?? "", versions.pulumiMinimum);
  });
}

/**
 * Pulumi's own way, by its SDK: fetches the vendor's archive. Where only registries can be reached it fails.
 * @param {string} node
 */
async function download(node) {
  const target = inCache("pulumi");
  const program = path.join(target, "bin", "pulumi");
  const script = `
    const { PulumiCommand } = require("@pulumi/pulumi/automation");
    const { SemVer } = require("semver");
    const [root, version] = process.argv.slice(1);
    PulumiCommand.install({ root, version: new SemVer(version) }).catch((error) => {
      console.error(String(error.message));
      process.exit(1);
    });`;
  await place(target, async (partial) => {
    await run([node, "-e", script, partial, versions.pulumi], {
      log: "pulumi",
      what: "downloading Pulumi",
      cwd: inRoot(),
      timeoutMs: 120_000,
    });
    if (answer([path.join(partial, "bin", "pulumi"), "version"]) !== `v${versions.pulumi}`) {
      throw new Error("the downloaded pulumi does not answer with its version");
    }
  });
  // The engine finds its plugins beside what the link points to.
  const link = path.join(binDir, "pulumi");
  mkdirSync(binDir, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(program, link);
  return program;
}

/** The last Node.js language host that is a module of the SDK. */
const languageHost = "pulumi-language-nodejs";

/**
 * From Go modules: the engine and a language host.
 * @param {(text: string) => void} say
 */
async function build(say) {
  const program = await goBuild({
    name: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    define: { [sdkVersion]: `v${versions.pulumi}` },
    say,
  });
  await goBuild({
    name: languageHost,
    as: `${languageHost}-${versions.pulumiLanguageNodejs}`,
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    define: { [sdkVersion]: `v${versions.pulumiLanguageNodejs}` },
    say,
  });
  writeHelpers();
  return program;
}

/** What Pulumi's archive has beside the engine: plugins that are parts of the SDK in `node_modules`. */
function writeHelpers() {
  // It knows `typescript: false` of Pulumi.yaml as an option of its own alone, which this engine does not give it:
  // it would load a compiler that nothing needs, and map every stack trace by it.
  writeScript(
    path.join(binDir, languageHost),
    `#!/bin/sh
${here}
exec "$here/${languageHost}-${versions.pulumiLanguageNodejs}" -typescript=false "$@"
`,
  );
  const helpers = {
    "pulumi-resource-pulumi-nodejs": "@pulumi/pulumi/cmd/dynamic-provider",
    "pulumi-analyzer-policy-nodejs": "@pulumi/pulumi/cmd/run-policy-pack",
    // For packs with `runtime: nodepack`: this language host cannot run the ones with `nodejs`.
    "pulumi-analyzer-policy-nodepack": "@pulumi/pulumi/cmd/run-policy-pack",
  };
  for (const [name, module] of Object.entries(helpers)) {
    writeScript(
      path.join(binDir, name),
      `#!/bin/sh
${here}
PATH=$here/../../node_modules/.bin:$PATH
find='process.stdout.write(require.resolve("${module}", { paths: [process.cwd(), process.argv[1]] }))'
exec node "$(node -e "$find" "$here")" "$@"
`,
    );
  }
}

/** @type {import("../lib/piece.mjs").Piece} */
export const pulumi = {
  name: "pulumi",
  title: "Pulumi engine",
  version: versions.pulumi,
  revision: 2,
  files: ["pulumi", languageHost].flatMap((name) => [
    inSetup("go", name, "go.mod"),
    inSetup("go", name, "go.sum"),
  ]),
  seen: () => onPath("pulumi").join(" "),
  megabytes: 4500,
  async install({ say, tools }) {
    say("looking for one");
    const own = ownPulumi();
    if (own) return { pulumi: own };
    // Once it had to be built, it is built again.
    const built = lstatSync(path.join(binDir, "pulumi"), { throwIfNoEntry: false });
    if (!built?.isFile()) {
      say("downloading it");
      try {
        return { pulumi: await download(String(tools["node"])) };
      } catch {
        say("it cannot be downloaded here; building it from Go modules (some minutes)");
      }
    }
    return { pulumi: await build(say) };
  },
};
