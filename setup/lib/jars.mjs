import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inCache, inSetup } from "./paths.mjs";
import { place } from "./place.mjs";
import { maven } from "./prerequisites.mjs";
import { Problem } from "./problem.mjs";
import { run } from "./run.mjs";

/** @param {string} name */
export const pomOf = (name) => inSetup("maven", name, "pom.xml");
/** @param {string} name */
export const sumsOf = (name) => inSetup("maven", name, "jars.sha256");

/**
 * One line a jar, as sha256sum writes it.
 * @param {string} folder
 */
export function jarSums(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jar"))
    .sort()
    .map((name) => {
      const sum = createHash("sha256").update(readFileSync(path.join(folder, name)));
      return `${sum.digest("hex")}  ${name}\n`;
    })
    .join("");
}

/**
 * The jars of `setup/maven/NAME/pom.xml`, exactly those of its jars.sha256, in `.cache/NAME/libs`.
 * @param {string} name
 * @param {(text: string) => void} say
 * @param {{ relock?: boolean }} [options] relock takes what Maven gives
 * @returns {Promise<string>} that folder
 */
export async function getJars(name, say, options = {}) {
  const program = await maven();
  const libs = inCache(name, "libs");
  say("getting jars with Maven");
  await place(libs, async (partial) => {
    await run(
      [
        ...[program, "--batch-mode", "--no-transfer-progress", "--strict-checksums", "-q"],
        ...["-f", pomOf(name), "dependency:copy-dependencies"],
        ...["-DincludeScope=runtime", `-DoutputDirectory=${partial}`],
      ],
      {
        log: name,
        what: `getting the jars of ${name}`,
        todo: "see that Maven's repository can be reached (a mirror goes into ~/.m2/settings.xml), and run this again",
      },
    );
    if (!options.relock) checkSums(name, jarSums(partial));
  });
  return libs;
}

/**
 * @param {string} name
 * @param {string} found
 */
function checkSums(name, found) {
  const wanted = existsSync(sumsOf(name)) ? readFileSync(sumsOf(name), "utf8") : "";
  if (found === wanted) return;
  const known = new Set(wanted.split("\n"));
  const strange = found.split("\n").filter((line) => !known.has(line));
  throw new Problem(
    `the jars of ${name} are not the ones that were locked`,
    strange.length > 0 ? `not in the lock: ${strange.join(", ")}` : "some of the lock are missing",
    `find out why; after a wanted change of the pom: node setup/relock.mjs ${name}`,
  );
}
