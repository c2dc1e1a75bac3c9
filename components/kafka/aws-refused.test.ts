import { describe, expect, test } from "vitest";
import { recordAws } from "../../tests/components/aws-mocks.ts";
import { adoptedListener, sameCluster } from "./adopt.ts";
import { AwsKafka, type AwsKafkaArgs } from "./aws.ts";
import { argsOf, clusterArn, create, hour, outputs } from "./fixture.ts";

describe("refused before anything is made", () => {
  /** What the constructor says to it. */
  async function refusal(changed: Partial<AwsKafkaArgs>): Promise<string> {
    let said = "nothing";
    await recordAws(
      () => {
        try {
          new AwsKafka("kafka", { ...argsOf(), ...changed });
        } catch (error) {
          said = String(error);
        }
      },
      { outputs },
    );
    return said;
  }

  test("a retention that a recovery cannot live with, with its numbers", async () => {
    expect(await refusal({ source: { ...create, retention: { seconds: hour } } })).toMatch(
      /for 1 h, and a recovery needs 24 h .* = 75 h/,
    );
  });

  test("a consumer group that MSK Connect's role could use", async () => {
    expect(await refusal({ group: "connect-clickhouse" })).toMatch(/a second consumer could join/);
    expect(await refusal({ group: "" })).toMatch(/consumer group is ""/);
  });

  test("brokers that Firehose could not reach", async () => {
    const small = { ...create, instanceType: "kafka.t3.small" };
    expect(await refusal({ source: { ...small, forFirehose: true } })).toMatch(
      /kafka\.t3\.small.*could not read the cluster/,
    );
    expect(await refusal({ source: small })).toBe("nothing");
  });

  test("an ARN that is none", async () => {
    expect(await refusal({ source: { kind: "adopt", clusterArn: "kafka" } })).toMatch(
      /"kafka" is no ARN of an MSK cluster/,
    );
  });

  test("an adopted cluster that is another one now, or lacks a listener", () => {
    expect(sameCluster(clusterArn, clusterArn)).toBe(clusterArn);
    expect(() => sameCluster(clusterArn, `${clusterArn}x`)).toThrow(
      /another one, with other events/,
    );
    expect(adoptedListener("b:9098", "IAM")).toBe("b:9098");
    expect(() => adoptedListener("", "IAM")).toThrow(/has no IAM listener.*jobs and the archive/);
    expect(() => adoptedListener("", "SCRAM")).toThrow(
      /no SCRAM listener.*ClickHouse and producers/,
    );
  });
});
