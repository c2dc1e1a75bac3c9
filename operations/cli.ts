import { runCli } from "../scripts/cli/main.ts";

/** What an operator of the stacks on AWS runs beside `pulumi`: `npm run preflight`, `let-go`, `pick-up`, `teardown`, `cost`, `iam-policy`. */
await runCli({
  name: "npm run",
  summary:
    "What surrounds `pulumi up` on AWS: before it, what it costs and needs, and what `destroy` leaves.",
  folder: new URL("./commands/", import.meta.url),
});
