import { mkdirSync, readFileSync } from "node:fs";
import { checkDisk, freeMegabytes } from "./disk.mjs";
import { withLock } from "./lock.mjs";
import { binDir, cache, inCache, lockFile, root, toolsFile } from "./paths.mjs";
import { completeStamp, keyOf, stampFile } from "./piece.mjs";
import { clearPartial } from "./place.mjs";
import { Report } from "./report.mjs";
import { contract, expand, writeWhole } from "./stamp.mjs";

/** @typedef {import("./piece.mjs").Piece} Piece */

/**
 * tools.json: what the complete pieces gave.
 * @param {Piece[]} pieces
 */
function currentTools(pieces) {
  /** @type {Record<string, unknown>} */
  const tools = { root, binDir, pulumiHome: inCache("pulumi-home") };
  for (const piece of pieces) Object.assign(tools, expand(completeStamp(piece)?.tools ?? {}, root));
  return tools;
}

/**
 * Installs what is missing of `wanted`; says nothing when that is nothing.
 * @param {Piece[]} all
 * @param {{ wanted?: Piece[], report?: Report, quiet?: boolean }} [options]
 */
export async function setUp(all, options = {}) {
  const { wanted = all, report = new Report(), quiet = false } = options;
  const isMissing = (/** @type {Piece} */ piece) => completeStamp(piece) === undefined;
  if (!wanted.some(isMissing)) {
    writeTools(all);
    if (!quiet) report.line("set-up: everything is there");
    return;
  }
  const onWait = (/** @type {number} */ pid) =>
    report.line(`set-up: waiting for another one (process ${pid})`);
  await withLock(lockFile, () => installMissing(all, wanted.filter(isMissing), report), { onWait });
}

/**
 * @param {Piece[]} all
 * @param {Piece[]} missing
 * @param {Report} report
 */
async function installMissing(all, missing, report) {
  mkdirSync(binDir, { recursive: true });
  mkdirSync(inCache("pulumi-home"), { recursive: true });
  clearPartial();
  const need = missing.reduce((sum, piece) => sum + piece.megabytes, 0);
  checkDisk(cache, need);
  report.line(
    `set-up: ${missing.length} of ${all.length} pieces; at most ${need} MB of disk, ${freeMegabytes(cache)} MB are free`,
  );
  for (const piece of missing) {
    // The one that held the lock may have installed it.
    if (completeStamp(piece)) continue;
    report.start(`[${all.indexOf(piece) + 1}/${all.length}] ${piece.title} ${piece.version}`);
    const began = Date.now();
    try {
      const key = keyOf(piece);
      const tools = await piece.install({
        say: (text) => report.say(text),
        tools: currentTools(all),
      });
      writeWhole(stampFile(piece), {
        key,
        tools: contract(tools, root),
        installedAt: new Date().toISOString(),
        seconds: Math.round((Date.now() - began) / 1000),
      });
    } catch (error) {
      report.end("failed");
      throw error;
    }
    writeTools(all);
    report.end("ready");
  }
}

/** @param {Piece[]} pieces */
function writeTools(pieces) {
  const tools = currentTools(pieces);
  const text = `${JSON.stringify(tools, null, 2)}\n`;
  if (readText(toolsFile) !== text) writeWhole(toolsFile, tools);
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
