import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const blockBytes = 512;

/**
 * Unpacks the files of a ustar archive as `scripts/bundle/tar.ts` writes them: regular files alone.
 *
 * @throws Error for anything else, and for a path that leaves the folder
 */
export function unpack(tar: Buffer, folder: string): number {
  let files = 0;
  for (let at = 0; at + blockBytes <= tar.length;) {
    const header = tar.subarray(at, at + blockBytes);
    if (header[0] === 0) return files;
    const prefix = text(header, 345, 155);
    const path = (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
    const kind = text(header, 156, 1);
    if (kind !== "0") throw new Error(`the bundle holds ${path}, which is no file (${kind})`);
    if (path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`the bundle holds ${path}, outside of its folder`);
    }
    const size = Number.parseInt(text(header, 124, 12), 8);
    const start = at + blockBytes;
    if (!(start + size <= tar.length)) throw new Error(`the bundle ends within ${path}`);
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, tar.subarray(start, start + size));
    files += 1;
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  throw new Error("the bundle has no end: it was cut short");
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString("utf8");
}
