// `eval "$(npm run -s env)"`: the project's Node, Pulumi and engine tools first on PATH.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadTools } from "./tools.mjs";

const tools = loadTools();
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = [tools.binDir, dirname(tools.node), join(root, "node_modules/.bin")];
console.log(`export PATH="${folders.join(":")}:$PATH"`);
console.log("export PULUMI_SKIP_UPDATE_CHECK=true");
console.log("export PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true");
