import { describe, expect, test } from "vitest";
import { settingNames } from "../../stacks/settings.ts";
import { outputsOf, refusalOf, settingsOf } from "./aws-stacks.ts";

test("prod says what dr's own config must hold, in words of its settings", async () => {
  const outputs = await outputsOf(settingsOf("prod"));
  const { settings, paths, trust } = outputs["standbyConfig"] as {
    settings: Record<string, unknown>;
    paths: Record<string, unknown>;
    trust: Record<string, unknown>;
  };
  expect(Object.keys(trust)).toEqual(["0123456789abcdef"]);
  expect(settings["vaultKeyArn"]).toBe("arn:aws:mock:kms:keys-standby-vault");
  expect(paths).toHaveProperty(["postgres.backupArn"]);
  const names = [...Object.keys(settings), ...Object.keys(paths).map((path) => path.split(".")[0])];
  for (const name of names) expect(settingNames).toContain(name);
  expect(outputs["kafkaSecurityProtocol"]).toBe("SASL_SSL");
});

describe("a preview refuses", () => {
  test.each([
    [
      "an adopted cluster without a kubeconfig",
      { cluster: { adopt: { clusterName: "ours", storageClass: "gp3" } } },
      /recover:cluster adopts ours, but there is no kubeconfig/,
    ],
    [
      "a plugin with another checksum",
      {
        archive: {
          kind: "lenses",
          plugin: {
            path: "vendor/kafka-connect-aws-s3.zip",
            sha256: "0".repeat(64),
            sendsChecksums: true,
          },
        },
      },
      /has the SHA-256 .* and archive\.plugin\.sha256 is 0000/,
    ],
    [
      "a connector that cannot write into a locked bucket",
      {
        archive: {
          kind: "lenses",
          plugin: { path: "vendor/kafka-connect-aws-s3.zip", sha256: "0".repeat(64) },
        },
      },
      /locks every new object/,
    ],
    ["images without digests", { images: {} }, /recover:images lacks the digest/],
    [
      "PostgreSQL that nobody here can reach",
      { postgres: {} },
      /no recover:postgres\.adminEndpoint leads there/,
    ],
  ])("%s", async (_, changed, message) => {
    expect(await refusalOf(settingsOf("prod", changed))).toMatch(message);
  });
});
