// Writes setup/maven/NAME/jars.sha256 anew after a change of its pom.xml: node setup/relock.mjs kafka
import { writeFileSync } from "node:fs";
import { getJars, jarSums, sumsOf } from "./lib/jars.mjs";

for (const name of process.argv.slice(2)) {
  const libs = await getJars(name, console.error, { relock: true });
  writeFileSync(sumsOf(name), jarSums(libs));
  console.error(`wrote ${sumsOf(name)}`);
}
