/**
 * `node restore-main.ts conf/restore.json`: makes the data folder of a server that begins as a
 * restore (engines/postgres.ts runs it once). Its parameters hold a login, so they come as a file.
 */
import { readFileSync } from "node:fs";
import type { RestorePlan } from "../../engines/postgres.ts";
import { UserError } from "../command.ts";
import { restoreBase } from "./restore.ts";

const plan = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as RestorePlan;
try {
  await restoreBase(plan, {
    progress: (message) => {
      console.log(message);
    },
    warn: (message) => {
      console.log(`warning: ${message}`);
    },
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
