import { UserError } from "../command.ts";
import { asJson, type ControlStore } from "../fence/control.ts";
import { currentFence } from "../fence/epoch.ts";
import { keys } from "../fence/records.ts";
import { checkRdsManifest, parseRdsManifest, type RdsManifest } from "./rds-manifest.ts";

/** The line of the primary's epochs: a drill restores what that has. */
const mainLine = "main";

/**
 * Writes the recovery manifest where the standby finds it when the primary's region answers nothing.
 *
 * @returns its key
 * @throws UserError for a manifest that lacks something, with nothing written
 */
export async function putRdsManifest(
  store: ControlStore,
  line: string,
  epoch: number,
  manifest: RdsManifest,
): Promise<string> {
  const key = keys.rdsManifest(line, epoch);
  await store.write(key, asJson(checkRdsManifest(manifest, `the manifest for ${key}`)));
  return key;
}

/**
 * The manifest of the newest epoch that has one, up to the one in force: an epoch that was taken and lost
 * its database before it wrote one goes on from the epoch before.
 *
 * @throws UserError when the newest one cannot be read
 */
export async function newestRdsManifest(
  store: ControlStore,
): Promise<{ readonly epoch: number; readonly manifest: RdsManifest } | undefined> {
  const fence = await currentFence(store, mainLine);
  const epochs = (await store.names(keys.rdsManifests(mainLine)))
    .flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? [])
    .map(Number)
    .filter((epoch) => fence === undefined || epoch <= fence.epoch);
  if (epochs.length === 0) return undefined;
  const epoch = Math.max(...epochs);
  const key = keys.rdsManifest(mainLine, epoch);
  const text = await store.read(key);
  if (text === undefined) throw new UserError(`${key} in ${store.where} vanished: run this again.`);
  return { epoch, manifest: parseRdsManifest(text, `${key} in ${store.where}`) };
}
