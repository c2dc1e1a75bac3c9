// `node operations/cost/write-modes.ts`: docs/aws-modes.md anew.
import { writeFileSync } from "node:fs";
import { modesPage, modesTable } from "./modes.ts";

writeFileSync(modesPage, await modesTable());
