import { runCli } from "./cli/main.ts";

/** `npm run dr -- COMMAND`: one command, one file of scripts/commands. */
await runCli({
  name: "npm run dr --",
  summary: "Recovery of the event analytics platform: one command at a time.",
  folder: new URL("./commands/", import.meta.url),
});
