import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { partialDir } from "./paths.mjs";

/** What an interrupted set-up left; called under the lock. */
export function clearPartial() {
  rmSync(partialDir, { recursive: true, force: true });
}

/**
 * Makes `target` whole or not at all: `make` fills a temporary place, a rename puts it there.
 * @param {string} target a file or a folder
 * @param {(partial: string) => Promise<void> | void} make creates `partial`, or fills it when it wants a folder
 * @param {string} [staging]
 */
export async function place(target, make, staging = partialDir) {
  const name = path.basename(target);
  mkdirSync(staging, { recursive: true });
  const partial = path.join(staging, `${name}.new`);
  rmSync(partial, { recursive: true, force: true });
  await make(partial);
  if (!existsSync(partial)) throw new Error(`nothing was made for ${target}`);
  mkdirSync(path.dirname(target), { recursive: true });
  const old = path.join(staging, `${name}.old`);
  rmSync(old, { recursive: true, force: true });
  if (existsSync(target)) renameSync(target, old);
  renameSync(partial, target);
  rmSync(old, { recursive: true, force: true });
}
