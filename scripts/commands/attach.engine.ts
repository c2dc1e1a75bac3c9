import { beforeAll, describe, expect, it } from "vitest";
import { cleanUpAfterFile } from "../../tests/harness/process.ts";
import { silentReporter } from "../../tests/harness/reporter.ts";
import { startS3 } from "../../tests/harness/s3.ts";
import type { TestS3 } from "../../tests/harness/s3.ts";
import { connectionSchema, kafkaConnection } from "../connection.ts";
import { withControl } from "../fence/control.ts";
import { createFence } from "../fence/epoch.ts";
import attach from "./attach.ts";
import cursors from "./cursors.ts";

let s3: TestS3;

beforeAll(async () => {
  s3 = await startS3();
});
cleanUpAfterFile();

describe("what starts a consumer", () => {
  it("refuses by name while somebody else holds the epoch, and touches no engine", async () => {
    await withControl(s3.control, (store) =>
      createFence(store, "main", {
        epoch: 1,
        owner: "the-standby",
        stack: "local-dr",
        role: "standby",
        region: "west",
        recoveryId: "r1",
        kind: "first",
        reason: "the primary's region is gone",
      }),
    );
    const nowhere = "127.0.0.1:1";
    const connection = connectionSchema.parse({
      platform: "local",
      stack: "local",
      role: "primary",
      region: "east",
      owner: "the-primary",
      epoch: 1,
      control: s3.control,
      clickhouse: { url: `http://${nowhere}`, username: "admin", password: "none" },
      kafka: kafkaConnection.parse({
        bootstrap: nowhere,
        tlsBootstrap: nowhere,
        ca: "none",
        clusterId: "none",
        topic: "events",
        partitions: 6,
        replicationFactor: 1,
        group: "clickhouse",
      }),
    });
    await expect(attach.run(connection, { again: false }, silentReporter)).rejects.toThrow(
      /local-dr/,
    );
    await expect(cursors.run(connection, { mode: "present" }, silentReporter)).rejects.toThrow(
      /local-dr/,
    );
  });
});
