import { execa } from "execa";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { javaTools } from "../../tests/harness/java.ts";
import { startKafka } from "../../tests/harness/kafka.ts";
import { cleanUpAfterFile, tempHome } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { readRange } from "./reader.ts";
import { applyTopology } from "./topology.ts";

cleanUpAfterFile();

/** Larger than one block of Java's snappy stream (32 KiB), and hard to compress into one. */
const lines = Array.from({ length: 3000 }, (_, index) =>
  JSON.stringify({ index, text: `${String(Math.sin(index))} é \u{1f4a5}` }),
);

it("what Java's console producer compresses, with any codec, is read as it was sent", async () => {
  const { kafka } = await startKafka({ mode: "kraft", brokers: 1, partitions: 1 });
  const declared = [{ name: kafka.topic, partitions: 1, configs: {} }];
  await applyTopology(kafka, declared, undefined, silentReporter);
  const { java, kafkaLibs } = javaTools();
  const login = join(await tempHome("recover-producer"), "producer.properties");
  await writeFile(
    login,
    [
      "security.protocol=SASL_PLAINTEXT",
      "sasl.mechanism=SCRAM-SHA-512",
      "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required " +
        `username="${kafka.producer?.username ?? ""}" password="${kafka.producer?.password ?? ""}";`,
    ].join("\n"),
  );
  let from = 0;
  for (const codec of ["none", "gzip", "snappy", "lz4", "zstd"]) {
    await execa(
      java,
      [
        ...["-Xmx128m", "-cp", join(kafkaLibs, "*"), "kafka.tools.ConsoleProducer"],
        ...["--bootstrap-server", kafka.bootstrap, "--topic", kafka.topic],
        ...["--producer.config", login, "--compression-codec", codec, "--batch-size", "200000"],
        ...["--timeout", "500"],
      ],
      { input: `${lines.join("\n")}\n` },
    );
    const found: string[] = [];
    const { next } = await readRange(kafka, { partition: 0, from, to: from + 1e6 }, (batch) => {
      found.push(...batch.map((record) => record.value?.toString() ?? ""));
    });
    expect(found, codec).toEqual(lines);
    from = next;
  }
});
