import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What the environment has a stand-in do beyond answering:
 * STANDIN_JOURNAL  file that every call is written to; what several plugins must agree on lies beside it
 * STANDIN_RUN      name of this run of the engine; creations are counted in it
 * STANDIN_DEAD     region that answers nothing
 * STANDIN_FAIL     `TYPE NAME` of the resource whose creation fails, or `#N`: the n-th of this run
 * STANDIN_HOLD     the same of one that is made and never says so: for an engine that is killed then
 * STANDIN_UNREADY  name of the Job that fails instead of completing
 * STANDIN_WORLD    address that is told what is made, and answers when it is (tests/account/)
 */
const { STANDIN_RUN: run = "", STANDIN_FAIL: failing, STANDIN_HOLD: holding } = process.env;
export const {
  STANDIN_JOURNAL: journal,
  STANDIN_DEAD: dead,
  STANDIN_UNREADY: unready,
  STANDIN_WORLD: world,
} = process.env;

interface Named {
  readonly type: string;
  readonly name: string;
}

/** A file that whoever comes first makes: several plugins run at once. */
function isFirst(path: string, text = ""): boolean {
  try {
    writeFileSync(path, text, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

let number = 0;

/** Which creation of this run of the engine this one is, over all plugins; 0 when nobody asks. */
export function countCreation(): number {
  if (journal === undefined || !`${failing}${holding}`.includes("#")) return 0;
  const folder = `${journal}-run-${run}`;
  mkdirSync(folder, { recursive: true });
  do number += 1;
  while (!isFirst(join(folder, String(number))));
  return number;
}

const isMeant = (power: string | undefined, { type, name }: Named, creation: number) =>
  power !== undefined && (power === `${type} ${name}` || power === `#${creation}`);

/** @throws Error when this creation is to fail */
export function failOnDemand(place: Named, creation: number): void {
  if (isMeant(failing, place, creation)) throw new Error(`the test has ${failing} fail`);
}

/** Never ends for the one that is to be held; it is made by then. */
export async function holdOnDemand(place: Named, creation: number): Promise<void> {
  if (journal === undefined || !isMeant(holding, place, creation)) return;
  writeFileSync(`${journal}-held`, `${place.type} ${place.name}`);
  await new Promise(() => undefined);
}

/** A file for what there can be only one of. */
function claimFile(physical: string): string {
  const folder = `${journal}-names`;
  mkdirSync(folder, { recursive: true });
  return join(folder, encodeURIComponent(physical));
}

/**
 * As AWS and Kubernetes do with a name that they have. Where real things stand behind it, they see to that.
 *
 * @throws Error when it is there
 */
export function claimName(physical: string | undefined): void {
  if (journal === undefined || physical === undefined || world !== undefined) return;
  if (!isFirst(claimFile(physical))) throw new Error(`${physical} already exists`);
}

export function letNameGo(physical: string | undefined): void {
  if (journal !== undefined && physical !== undefined) rmSync(claimFile(physical), { force: true });
}
