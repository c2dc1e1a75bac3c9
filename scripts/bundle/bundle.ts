import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { bundleFiles } from "./files.ts";
import { tar } from "./tar.ts";

/** The scripts and their packages in one file, for machines that have Node and nothing of ours. */
export interface Bundle {
  /** Of the project, for people. */
  readonly version: string;
  /**
   * Lower-case hexadecimal, of the archive *before* compression: zlib writes other bytes on other
   * processors, and the same sources must be the same bundle everywhere.
   */
  readonly sha256: string;
  /** Absolute path of the compressed archive. */
  readonly file: string;
  readonly files: number;
  /** Of the compressed archive. */
  readonly bytes: number;
}

/** An earlier run's, unless it is damaged: to compress takes seconds, to look takes none. */
function packedBefore(file: string, archive: Buffer): Buffer | undefined {
  try {
    const packed = readFileSync(file);
    return gunzipSync(packed).equals(archive) ? packed : undefined;
  } catch {
    return undefined;
  }
}

function pack(file: string, archive: Buffer): Buffer {
  const packed = gzipSync(archive, { level: 9 });
  // Two at once write the same; a killed one leaves no half.
  const half = `${file}.${process.pid}.new`;
  writeFileSync(half, packed);
  renameSync(half, file);
  return packed;
}

/**
 * Makes the bundle of a checkout.
 *
 * @param root folder of the project, with its packages installed
 * @param folder where it goes, under its checksum
 */
export function makeBundle(root: string, folder: string): Bundle {
  const files = bundleFiles(root);
  const archive = tar(files);
  const sha256 = createHash("sha256").update(archive).digest("hex");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${sha256}.tar.gz`);
  const packed = packedBefore(file, archive) ?? pack(file, archive);
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  return { version, sha256, file, files: files.length, bytes: packed.length };
}
