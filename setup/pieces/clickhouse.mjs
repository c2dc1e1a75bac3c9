import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { onPath, real } from "../lib/find.mjs";
import { inRoot } from "../lib/paths.mjs";
import { Problem } from "../lib/problem.mjs";
import { versions } from "../lib/versions.mjs";

/**
 * @param {string} file
 * @param {string} text
 */
export function fileContains(file, text) {
  const wanted = Buffer.from(text);
  const buffer = Buffer.alloc(4 << 20);
  const handle = openSync(file, "r");
  try {
    let kept = 0;
    for (;;) {
      const count = readSync(handle, buffer, kept, buffer.length - kept, null);
      if (count === 0) return false;
      const end = kept + count;
      if (buffer.subarray(0, end).includes(wanted)) return true;
      // The text may lie across two reads.
      kept = Math.min(wanted.length - 1, end);
      buffer.copyWithin(0, end - kept, end);
    }
  } finally {
    closeSync(handle);
  }
}

/** @type {import("../lib/piece.mjs").Piece} */
export const clickhouse = {
  name: "clickhouse",
  title: "ClickHouse",
  version: `libchdb ${versions.chdbLibrary}`,
  revision: 1,
  files: [],
  seen: () => onPath("clickhouse").join(" "),
  megabytes: 0,
  async install() {
    const [server] = onPath("clickhouse");
    const library = inRoot(
      "node_modules",
      "@chdb",
      `lib-${process.platform}-${process.arch}-gnu`,
      "libchdb.so",
    );
    const found = existsSync(library) && fileContains(library, "chdb_query_cmdline");
    if (!found && !server) {
      throw new Problem(
        "no ClickHouse",
        `npm brought no usable ${library} (it is there for x64 Linux with glibc)`,
        "install ClickHouse so that `clickhouse` is on PATH, and run this again",
      );
    }
    return { libchdb: found ? library : null, clickhouse: server ? real(server) : null };
  },
};
