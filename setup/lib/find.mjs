import { accessSync, constants, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import { binDir, inRoot } from "./paths.mjs";

/**
 * @param {string} file
 */
export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * The user's own programs called `name`, in the order of PATH and then of `folders`; what this project installed does not count.
 * @param {string} name
 * @param {string[]} [folders] looked at after PATH
 * @returns {string[]}
 */
export function onPath(name, folders = []) {
  const own = [binDir, inRoot("node_modules", ".bin")];
  return [...(process.env["PATH"] ?? "").split(path.delimiter), ...folders]
    .filter((folder) => path.isAbsolute(folder) && !own.includes(path.normalize(folder)))
    .map((folder) => path.join(folder, name))
    .filter(isExecutable);
}

/**
 * What a program prints, or nothing when it cannot be run or fails.
 * @param {string[]} argv
 * @param {number} [timeoutMs]
 * @returns {string | undefined}
 */
export function answer(argv, timeoutMs = 20_000) {
  const [program = "", ...args] = argv;
  const result = spawnSync(program, args, {
    encoding: "utf8",
    timeout: timeoutMs,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // `java -version` answers on its error output.
  return result.status === 0 ? `${result.stdout}${result.stderr}`.trim() : undefined;
}

/** @param {string} file */
export function real(file) {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
