import { spawnSync } from "node:child_process";
import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onCleanup, tempHome } from "./process.ts";

/** A small filesystem of its own, that a test fills to the last byte. */
export interface SmallDisk {
  /** Absolute folder. */
  readonly home: string;
  /** Leaves less than one block free. */
  fill(): Promise<void>;
  /** Takes away what `fill` wrote. */
  free(): Promise<void>;
}

/**
 * Mounts a filesystem in memory; what runs on it must be started afterwards, so that the cleanup
 * stops it before the filesystem goes.
 * @returns why not, where mounts are not permitted
 */
export async function smallDisk(megabytes: number): Promise<SmallDisk | string> {
  const home = await tempHome("recover-small-disk");
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "none", home]);
  if (mounted.status !== 0) {
    const why = mounted.error?.message ?? mounted.stderr.toString().trim();
    return `a full disk needs a filesystem of its own, and this user may not mount one: ${why}`;
  }
  onCleanup(() => {
    const gone = spawnSync("umount", [home]);
    if (gone.status !== 0) throw new Error(`umount ${home}: ${gone.stderr.toString().trim()}`);
  });
  const filler = join(home, "filler");
  return {
    home,
    fill: async () => {
      // Again and again: what runs on it gives space back while it cleans up.
      for (let round = 0; ; round++) {
        const { bavail, bsize } = await statfs(home);
        if (bavail === 0) return;
        const bytes = Buffer.alloc(bavail * bsize);
        await writeFile(`${filler}-${round}`, bytes).catch((error: unknown) => {
          if ((error as { code?: string }).code !== "ENOSPC") throw error;
        });
      }
    },
    free: async () => {
      for (let round = 0; round < 100; round++) await rm(`${filler}-${round}`, { force: true });
    },
  };
}
