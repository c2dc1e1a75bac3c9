import path from "node:path";
import { fileURLToPath } from "node:url";

/** Every folder that set-up writes to, all below the project and ignored by git. */
export const setupDir = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const root = path.dirname(setupDir);
export const cache = path.join(root, ".cache");
export const binDir = path.join(cache, "bin");
export const stampDir = path.join(cache, "stamps");
export const logDir = path.join(cache, "log");
/** Unfinished work; on the cache's own file system, so that a rename finishes it. */
export const partialDir = path.join(cache, "partial");
export const toolsFile = path.join(cache, "tools.json");
export const lockFile = path.join(cache, "setup.lock");

/** @param {string[]} parts */
export const inRoot = (...parts) => path.join(root, ...parts);
/** @param {string[]} parts */
export const inCache = (...parts) => path.join(cache, ...parts);
/** @param {string[]} parts */
export const inSetup = (...parts) => path.join(setupDir, ...parts);
