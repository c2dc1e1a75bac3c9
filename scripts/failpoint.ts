import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * A named moment at which a drill or a test stops this process, to the instruction. Does nothing
 * unless `RECOVER_FAILPOINTS` names a folder that holds a file `name`. What that file says is done:
 *
 * - nothing or `kill`: the file becomes `name.reached` and this process ends by SIGKILL, once;
 * - `hold`: `name.reached` is created and this process waits until the file `name` goes away (whoever
 *   put it there kills what they came to kill meanwhile).
 */
export async function failpoint(name: string): Promise<void> {
  const folder = process.env["RECOVER_FAILPOINTS"];
  if (folder === undefined) return;
  const file = join(folder, name);
  if (!existsSync(file)) return;
  if (readFileSync(file, "utf8").trim() === "hold") {
    writeFileSync(`${file}.reached`, `${process.pid}\n`);
    while (existsSync(file)) await sleep(20);
    return;
  }
  renameSync(file, `${file}.reached`);
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => undefined);
}
