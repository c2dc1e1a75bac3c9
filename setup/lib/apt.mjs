import { existsSync } from "node:fs";
import { answer, onPath } from "./find.mjs";
import { Problem } from "./problem.mjs";
import { run } from "./run.mjs";

let updated = false;

/**
 * Installs Debian packages where that can be done without asking; else names the command.
 * @param {string[]} packages
 * @param {string} why
 */
export async function aptInstall(packages, why) {
  const [apt] = onPath("apt-get", ["/usr/bin"]);
  const wanted = packages.join(" ");
  if (!apt) {
    throw new Problem(
      `${wanted} (Debian's name) is missing`,
      `${why}; and this machine has no apt-get`,
      "install it the way of this system, so that it is on PATH, and run this again",
    );
  }
  const prefix = rootPrefix();
  if (!prefix) {
    throw new Problem(
      `${wanted} is missing`,
      `${why}; and neither root nor sudo without a password is at hand`,
      `sudo apt-get install --no-install-recommends ${wanted}`,
    );
  }
  const base = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-y", "-q"];
  const options = ["-o", "DPkg::Lock::Timeout=300"];
  const todo = `apt-get update && apt-get install --no-install-recommends ${wanted}`;
  if (!updated) {
    await run([...base, ...options, "update"], { log: "apt", what: "apt-get update", todo });
    updated = true;
  }
  await run([...base, ...options, "install", "--no-install-recommends", ...packages], {
    log: "apt",
    what: `installing ${wanted}`,
    todo,
  });
}

/** @returns {string[] | undefined} how to become root, nothing when that needs a password */
function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const [sudo] = onPath("sudo", ["/usr/bin"]);
  return sudo && existsSync(sudo) && answer([sudo, "-n", "true"]) !== undefined
    ? [sudo, "-n"]
    : undefined;
}
