import { existsSync, unlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * A named moment at which drills and tests may kill this process: when the folder named by
 * `RECOVER_FAILPOINTS` holds a file of this name, the file is removed and the process ends by SIGKILL.
 */
export async function failpoint(name: string): Promise<void> {
  const folder = process.env["RECOVER_FAILPOINTS"];
  if (folder === undefined || !existsSync(join(folder, name))) return;
  unlinkSync(join(folder, name));
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => undefined);
}
