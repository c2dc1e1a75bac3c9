import type { Objectives } from "./objectives.ts";
import { saySeconds } from "./units.ts";

/** How far back a recovery must be able to read events from Kafka, and how that comes about. */
export interface Need {
  readonly seconds: number;
  /** The sum, for messages. */
  readonly sum: string;
}

/**
 * The oldest event that a backup may lack when its restore is done: it was produced just after the
 * backup's cut, waited for the next one, which failed at its end, and for the restore.
 *
 * @returns undefined while the numbers are not declared
 */
export function needOf({ backup, restore, stream }: Objectives): Need | undefined {
  if (backup === undefined || restore === undefined) return undefined;
  const margin = stream?.margin ?? 86_400;
  const parts = [
    ["between backups", backup.interval],
    ["for a backup", backup.duration],
    ["for a restore", restoreSeconds(restore)],
    ["margin", margin],
  ] as const;
  return {
    seconds: parts.reduce((sum, [, seconds]) => sum + seconds, 0),
    sum: parts.map(([what, seconds]) => `${saySeconds(seconds)} ${what}`).join(" + "),
  };
}

export const needUndeclared = "objectives.backup and objectives.restore are not declared";

export function restoreSeconds({
  size,
  throughput,
  fixed,
}: NonNullable<Objectives["restore"]>): number {
  return fixed + size / throughput;
}
