// `npm run policy -- --state FILE`: the pack without engine and cloud; `--help` says the rest.
import { main } from "./cli.ts";

process.exitCode = main(process.argv.slice(2));
