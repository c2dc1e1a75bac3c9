import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { UserError } from "../command.ts";
import type { TarFile } from "./tar.ts";

/** Static and dynamic imports of modules that are named by a plain string. */
const imports = /(?:\bfrom|\bimport)\s*\(?\s*"([^"\n]+)"/g;

/** Of a package: what no program reads. Licences stay with what they license. */
const leftOut = /\.(d\.[cm]?ts|map|md|markdown|flow)$/;

/** Only in a checkout: a Job runs no Pulumi and makes no bundle. */
const notInJobs = new Set(["bundle.ts"]);

interface Lock {
  readonly packages: Readonly<Record<string, { dependencies?: Record<string, string> }>>;
}

/**
 * The files that the commands need, and no other: their sources, whatever those import, and the packages
 * behind it as the lock file pins them (optional ones left out: no command of a Job needs them).
 *
 * @param root folder of the project
 */
export function bundleFiles(root: string): TarFile[] {
  const commands = join(root, "scripts/commands");
  const entries = readdirSync(commands)
    .filter((file) => /^[a-z][a-z0-9-]*\.ts$/.test(file) && !notInJobs.has(file))
    .map((file) => join(commands, file));
  const { sources, packages } = follow([join(root, "scripts/cli.ts"), ...entries]);
  const folders = locked(root, packages);
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  return [
    // Without the rest of package.json: another script there makes no other bundle.
    {
      path: "package.json",
      content: Buffer.from(JSON.stringify({ name, version, private: true, type: "module" })),
    },
    ...sources.map((file) => read(root, file)),
    ...folders.flatMap((folder) =>
      packageFiles(join(root, folder)).map((file) => read(root, file)),
    ),
  ];
}

function read(root: string, file: string): TarFile {
  return { path: relative(root, file).split(sep).join("/"), content: readFileSync(file) };
}

function follow(entries: readonly string[]): { sources: string[]; packages: Set<string> } {
  const sources = new Set<string>();
  const packages = new Set<string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (sources.has(file)) continue;
    sources.add(file);
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(imports)) {
      if (specifier.startsWith("node:")) continue;
      if (specifier.startsWith(".")) {
        const found = resolve(dirname(file), specifier);
        // What is no file is text that looks like an import: sources of tests, for example.
        if (existsSync(found)) waiting.push(found);
      } else if (/^(@[\w.-]+\/)?[\w.-]+(\/.*)?$/.test(specifier)) {
        packages.add(specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/"));
      }
    }
  }
  return { sources: [...sources], packages };
}

/** Folders of the packages and of all that they depend on, as npm laid them out. */
function locked(root: string, names: ReadonlySet<string>): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;
  const found = new Set<string>();
  const add = (name: string, from: string): void => {
    const place = above(from)
      .map((folder) => `${folder}node_modules/${name}`)
      .find((each) => packages[each] !== undefined);
    if (place === undefined) {
      throw new UserError(
        `${name} is imported by scripts/, but package-lock.json does not have it: the bundle would not ` +
          `run. Add it to package.json (\`npm install ${name}\`).`,
      );
    }
    if (found.has(place)) return;
    found.add(place);
    for (const dependency of Object.keys(packages[place]?.dependencies ?? {})) {
      add(dependency, place);
    }
  };
  for (const name of names) add(name, "");
  return [...found];
}

/** Where Node looks for a package: in the importing one's own folder, then further and further up. */
function above(folder: string): string[] {
  if (folder === "") return [""];
  const up = folder.lastIndexOf("/node_modules/");
  return [`${folder}/`, ...above(up === -1 ? "" : folder.slice(0, up))];
}

function packageFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // A package inside of another is in the lock file by itself.
    if (entry.isDirectory()) return basename(path) === "node_modules" ? [] : packageFiles(path);
    return entry.isFile() && !leftOut.test(entry.name) ? [path] : [];
  });
}
