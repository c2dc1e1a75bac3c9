import { longestGapSeconds } from "../../policies/model/schedule.ts";
import { span, type Problem, type Schedule } from "./parts.ts";

/**
 * S3 promises that 99.99 % of objects are replicated within 15 minutes (replication time control):
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
 */
export const replicationSeconds = 900;

/** What the objectives ask for; what is written in the config instead is checked against them. */
export interface Objectives {
  /** Seconds of events that a lost region may cost. */
  readonly rpo: number;
  /** Seconds until ingest goes on. */
  readonly rto: number;
}

/** What follows from the objectives, as the config would write it. */
export interface Derived {
  readonly archiveFlush: number;
  readonly incrementalBackups: Schedule;
  readonly fullBackups: Schedule;
  readonly audit: Schedule;
  readonly lease: { readonly ttl: number; readonly renew: number; readonly clockMargin: number };
}

/** Defaults from the objectives. */
export function derive({ rpo, rto }: Objectives): Derived {
  const ttl = Math.max(15, Math.min(60, Math.floor(rto / 40)));
  return {
    // An event is lost with its region while it lies in Kafka alone or is on its way to the other region.
    archiveFlush: Math.max(1, Math.min(60, rpo - replicationSeconds)),
    // What no backup has is replayed, and that takes a part of the recovery time.
    incrementalBackups: { cron: everyMinutes(rto / 4) },
    fullBackups: { cron: "0 3 * * *" },
    audit: { cron: "30 */6 * * *" },
    lease: { ttl, renew: Math.floor(ttl / 4), clockMargin: 10 },
  };
}

/** A schedule that divides the hour, at most so many seconds apart. */
function everyMinutes(seconds: number): string {
  const fitting = [60, 30, 20, 15, 10].find((minutes) => minutes * 60 <= seconds) ?? 5;
  return fitting === 60 ? "0 * * * *" : `*/${fitting} * * * *`;
}

/** What the objectives contradict, with the numbers. */
export function contradictions(
  settings: Objectives & Omit<Derived, "audit"> & { readonly lockFor: number },
): Problem[] {
  const { rpo, rto, archiveFlush, lease, lockFor, fullBackups, incrementalBackups } = settings;
  const problems: Problem[] = [];
  const add = (setting: string, message: string) => problems.push({ path: [setting], message });
  if (rpo <= replicationSeconds) {
    add(
      "rpo",
      `${span(rpo)} cannot be kept: copies reach the other region within ${span(replicationSeconds)}, which is ` +
        `what S3 promises. Write more than ${span(replicationSeconds)}, for example "30 minutes"`,
    );
  } else if (archiveFlush + replicationSeconds > rpo) {
    add(
      "archiveFlush",
      `${span(archiveFlush)} in Kafka alone and ${span(replicationSeconds)} on the way to the other region are ` +
        `more than recover:rpo, ${span(rpo)}. Write at most ${span(rpo - replicationSeconds)}, or a larger rpo`,
    );
  }
  if (lease.renew * 3 > lease.ttl) {
    add(
      "lease",
      `renew is ${span(lease.renew)} and ttl ${span(lease.ttl)}: one slow renewal would lose the lease. Write a ` +
        "renew of at most a third of ttl",
    );
  }
  if (lease.ttl + lease.clockMargin > rto / 2) {
    add(
      "lease",
      `a standby waits ttl and clockMargin, ${span(lease.ttl + lease.clockMargin)}, before it does anything: more ` +
        `than half of recover:rto, ${span(rto)}. Write a shorter ttl, or a larger rto`,
    );
  }
  if ("cron" in incrementalBackups && longestGapSeconds(incrementalBackups.cron) > rto) {
    add(
      "incrementalBackups",
      `up to ${span(longestGapSeconds(incrementalBackups.cron))} between two of them: as much is replayed, and recover:rto ` +
        `is ${span(rto)}. Write a schedule with shorter gaps, or a larger rto`,
    );
  }
  if ("cron" in fullBackups && longestGapSeconds(fullBackups.cron) > lockFor) {
    add(
      "lockFor",
      `${span(lockFor)} is less than the longest chain, ${span(longestGapSeconds(fullBackups.cron))} between two full ` +
        "backups: a full backup could be deleted while incrementals need it. Write more, or back up fully more often",
    );
  }
  return problems;
}
