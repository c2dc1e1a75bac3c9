import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const policies = fileURLToPath(new URL("../../policies", import.meta.url));

/**
 * A copy of the policy pack that the engine here can start.
 *
 * The language host that can be built here cannot start packs. Under another host's name the engine looks for the
 * analyzer on PATH, which starts the same program.
 *
 * @param folder where it is put, as `pack`; a `node_modules` must be found from there
 * @returns the flags of a preview or an update that it judges
 */
export async function policyPackIn(folder: string): Promise<string[]> {
  const pack = join(folder, "pack");
  await cp(policies, pack, { recursive: true });
  const description = join(pack, "PulumiPolicy.yaml");
  const text = await readFile(description, "utf8");
  await writeFile(description, text.replace("name: nodejs", "name: nodepack"));
  return ["--policy-pack", pack];
}
