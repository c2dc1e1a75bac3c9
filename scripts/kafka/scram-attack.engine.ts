import { beforeAll, expect, it } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { startKafka, type TestKafka } from "../../tests/harness/kafka.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import type { ConsumerLogin, KafkaConnection } from "../connection.ts";
import { grantConsumer, revokeAll } from "./acls.ts";
import { attack } from "./attack.ts";
import { adminLogin, withAdmin } from "./client.ts";
import { ensureLogins } from "./scram.ts";
import { applyTopology } from "./topology.ts";

cleanUpAfterFile();

const login: ConsumerLogin = {
  kind: "scram",
  epoch: 7,
  name: "clickhouse-e7",
  password: "password-of-epoch-seven",
};
let kafka: KafkaConnection;

beforeAll(async () => {
  const running: TestKafka = await startKafka({ brokers: 1, partitions: 2 });
  kafka = running.kafka;
  const topic = { name: kafka.topic, partitions: 2, configs: {} };
  await applyTopology(kafka, [topic], undefined, silentReporter);
  const user = { username: login.name, password: login.password };
  await withAdmin(kafka, (admin) => ensureLogins(admin, kafka, [user]), adminLogin(kafka));
});

it("a former login by password consumes, and is refused once its rules are taken", async () => {
  await grantConsumer(kafka, login.name);
  expect((await attack(kafka, login)).refused).toBe(false);
  await revokeAll(kafka, login.name);
  expect(await attack(kafka, login)).toMatchObject({
    refused: true,
    groupError: "GROUP_AUTHORIZATION_FAILED",
    assignError: "TOPIC_AUTHORIZATION_FAILED",
  });
});

it("a password that Kafka does not know proves nothing, whatever the rules are", async () => {
  await grantConsumer(kafka, login.name);
  await expect(attack(kafka, { ...login, password: "an-older-one" })).rejects.toThrow(
    /proves nothing: Kafka does not know this password/,
  );
});
