import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const schema = z.object({ java: z.string(), kafkaLibs: z.string(), zookeeperLibs: z.string() });

/** Java and the jars, as the set-up left them under the project's cache. */
export function javaTools(): z.infer<typeof schema> {
  const list = join(import.meta.dirname, "..", "..", ".cache", "tools.json");
  return schema.parse(JSON.parse(readFileSync(list, "utf8")));
}
