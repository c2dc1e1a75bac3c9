import { writeFileSync } from "node:fs";
import path from "node:path";
import { getJars, pomOf, sumsOf } from "../lib/jars.mjs";
import { binDir, inCache } from "../lib/paths.mjs";
import { here, writeScript } from "../lib/scripts.mjs";
import { versions } from "../lib/versions.mjs";

/** Kafka's own command-line tools, under the names of its distribution. */
const tools = {
  "kafka-topics": "org.apache.kafka.tools.TopicCommand",
  "kafka-console-producer": "kafka.tools.ConsoleProducer",
  "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
  "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
  "kafka-acls": "kafka.admin.AclCommand",
  "kafka-configs": "kafka.admin.ConfigCommand",
};

/** Tools say only what is wrong, on their error output. */
const toolsLog = `log4j.rootLogger=WARN, stderr
log4j.appender.stderr=org.apache.log4j.ConsoleAppender
log4j.appender.stderr.layout=org.apache.log4j.PatternLayout
log4j.appender.stderr.layout.ConversionPattern=[%d] %p %m (%c)%n
log4j.appender.stderr.Target=System.err
`;

/** @type {import("../lib/piece.mjs").Piece} */
export const kafka = {
  name: "kafka",
  title: "Kafka",
  version: versions.kafka,
  revision: 1,
  files: [pomOf("kafka"), sumsOf("kafka")],
  megabytes: 180,
  async install({ say, tools: known }) {
    const libs = await getJars("kafka", say);
    writeFileSync(inCache("kafka", "tools-log4j.properties"), toolsLog);
    for (const [name, main] of Object.entries(tools)) {
      writeScript(
        path.join(binDir, name),
        `#!/bin/sh
# Kafka ${versions.kafka}'s own ${name}
${here}
home=$here/../kafka
java=${known["java"]}
[ -x "$java" ] || java=java
exec "$java" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \\
  -Dlog4j.configuration="file:$home/tools-log4j.properties" -cp "$home/libs/*" ${main} "$@"
`,
      );
    }
    return { kafkaLibs: libs };
  },
};
