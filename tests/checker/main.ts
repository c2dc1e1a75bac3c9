/** The checker by hand: `node tests/checker/main.ts --help`. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { check, faults } from "./check.ts";

const command = new Command("checker")
  .description("Compare acknowledgement logs with what ClickHouse answers on its HTTP port.")
  .argument("<log...>", "acknowledgement logs of the producers")
  .requiredOption("--url <url>", "stack output clickhouseUrl")
  .requiredOption("--username <name>", "stack output clickhouseUsername")
  .option("--events-table <name>", "stack output eventsTable", "posthog.events")
  .addHelpText(
    "after",
    "\nThe password is read from CLICKHOUSE_PASSWORD.\nExit codes: 0 nothing lost, doubled or altered · 1 red · 2 bad input",
  )
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });
command.parse();
const { url, username, eventsTable } = command.opts<{
  url: string;
  username: string;
  eventsTable: string;
}>();
const result = await check({
  reader: { url, username, password: process.env["CLICKHOUSE_PASSWORD"] ?? "" },
  eventsTable,
  ackLogs: command.args,
  scratch: mkdtempSync(join(tmpdir(), "recover-checker-")),
  progress: (text) => process.stderr.write(`${text}\n`),
});
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
const red = faults(result);
if (result.eventsLost > 0) red.unshift(`${result.eventsLost} acknowledged events are nowhere`);
for (const line of red) process.stderr.write(`red: ${line}\n`);
process.exitCode = red.length > 0 ? 1 : 0;
