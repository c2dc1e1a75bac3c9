import { z } from "zod";
import { cronJobsOf, ensembles } from "../../model/platform.ts";
import { longestGapSeconds } from "../../model/schedule.ts";
import { defineRule, eachOf, failIf, violation } from "../../rule.ts";
import { saySeconds } from "../../settings/units.ts";

export default defineRule({
  id: "dr-ensemble-snapshots",
  severity: "high",
  title: "Snapshots of the ZooKeeper ensemble leave the cluster, often enough",
  remediation:
    "Add a CronJob that takes the ensemble's snapshot (`/commands/snapshot`) and stores it in the vault's bucket.",
  covers: ["DR-14"],
  url: "https://zookeeper.apache.org/doc/current/zookeeperSnapshotAndRestore.html",
  config: z.strictObject({
    hours: z.number().positive().default(24).describe("Most hours between two snapshots"),
  }),
  check: eachOf(ensembles, "the stack has no ZooKeeper ensemble", (ensemble, { stack, config }) => {
    const jobs = cronJobsOf(stack, /zookeeper|ensemble/i, /snapshot|backup/i).filter(
      (each) => each.boolean("spec.suspend") !== true,
    );
    const [job] = jobs;
    if (job === undefined) {
      return violation(
        `no CronJob takes snapshots of ${ensemble.label}: add one that stores them outside of the cluster`,
      );
    }
    const gap = Math.min(
      ...jobs.map((each) => longestGapSeconds(String(each.string("spec.schedule")))),
    );
    return failIf(
      gap > config.hours * 3600,
      `snapshots of ${ensemble.label} are up to ${saySeconds(gap)} apart, ${config.hours} hours are allowed: change spec.schedule of ${job.label}`,
    );
  }),
});
