import { expect, it } from "vitest";
import { MemoryWatch, programOf } from "./memory.ts";

it.each([
  [["node", "/p/scripts/cli.ts", "archive", "--json"], "archive"],
  [["node", "/p/provider/main.ts", "127.0.0.1:1"], "provider"],
  [["node", "--max-old-space-size=160", "/p/tests/drill/producers/producer.ts"], "producer"],
  [["node", "/p/engines/clickhouse-host.ts", "/home"], undefined],
  [["java", "kafka.Kafka"], undefined],
  [[""], undefined],
])("%j is %s", (words, program) => {
  expect(programOf(words)).toBe(program);
});

it("knows how large this process was", () => {
  const [self] = new MemoryWatch("/no/such/folder").stop();
  expect(self?.program).toBe("drill");
  expect(self?.megabytes).toBeGreaterThan(20);
});
