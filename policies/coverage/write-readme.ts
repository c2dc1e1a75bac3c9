// Writes the generated part of policies/README.md anew.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mark, tables } from "./readme.ts";

const file = join(import.meta.dirname, "../README.md");
const [head = ""] = readFileSync(file, "utf8").split(mark);
writeFileSync(file, `${head}${mark}\n\n${tables()}`);
