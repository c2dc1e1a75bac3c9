import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askedBy, type Asked } from "./asked.ts";
import { readStack, type ReadOptions, type StackFile } from "./file.ts";

/** A stack with all that it asks for. */
export interface OpenStack extends StackFile {
  readonly asked: readonly Asked[];
}

/**
 * Reads a stack's files and records what its program asks for. The connector's file may be missing: what is
 * asked for does not depend on its content, so an empty one stands in for it.
 *
 * @throws UserError what the settings, or the program in a preview, refuse
 */
export async function openStack(
  stack: string | undefined,
  options: Omit<ReadOptions, "standIn"> = {},
): Promise<OpenStack> {
  const folder = mkdtempSync(join(tmpdir(), "recover-stack-"));
  try {
    const path = join(folder, "connector.zip");
    writeFileSync(path, "");
    const standIn = { path, sha256: createHash("sha256").digest("hex"), sendsChecksums: true };
    const file = readStack(stack, { ...options, standIn });
    return { ...file, asked: await askedBy(file.name, file.settings) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
