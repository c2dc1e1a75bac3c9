import { expect, test } from "vitest";
import { factsOf } from "../testing/facts.ts";
import { aws } from "../types.ts";
import { identities, matches } from "./identity.ts";
import { Resource } from "./resource.ts";
import { unknown, type Branch } from "./value.ts";

const resource = (outputs: Branch, id?: string) =>
  new Resource(factsOf(aws.bucket, { outputs, id }));

test("a resource is known by its id and by every output that others name it by", () => {
  const outputs = {
    id: "a",
    arn: "b",
    name: "c",
    bucket: "d",
    identifier: "e",
    resourceId: "f",
    clusterIdentifier: "g",
    clusterName: "h",
    keyId: "i",
    bucketDomainName: "j",
  };
  expect(identities(resource({ ...outputs, region: "x" }, "k"))).toEqual([
    "k",
    ...Object.values(outputs),
  ]);
});

test("what is not known, empty or no text is no name", () => {
  expect(identities(resource({ arn: unknown, name: "", bucket: 5 }))).toEqual([]);
});

test.each([
  ["events", true],
  ["arn:aws:s3:::events", true],
  ["arn:aws-cn:s3:::events/2026/a", true],
  ["arn:aws:s3:::events2", false],
  ["arn:aws:s3:::", false],
  ["arn:aws:sqs:::events", false],
  ["see arn:aws:s3:::events", false],
  ["arn::s3:::events", false],
  ["event", false],
])("%s names the bucket events: %s", (value, expected) => {
  expect(matches(value, ["events"])).toBe(expected);
});
