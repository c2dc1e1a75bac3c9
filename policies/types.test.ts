import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { aws, canonicalType, kubernetes } from "./types.ts";

const require = createRequire(import.meta.url);

/** Type tokens of the classes in one module of an SDK. */
function tokensIn(module: string): string[] {
  const exported = require(module) as Readonly<Record<string, { __pulumiType?: string }>>;
  return Object.values(exported).flatMap(({ __pulumiType }) => __pulumiType ?? []);
}

describe("type tokens are those of the SDKs", () => {
  test.each(Object.values(aws).filter((token) => !token.startsWith("pulumi:")))("%s", (token) => {
    expect(tokensIn(`@pulumi/aws/${token.split(":")[1] ?? ""}.js`)).toContain(token);
  });

  test.each(Object.values(kubernetes).filter((token) => !token.startsWith("pulumi:")))(
    "%s",
    (token) => {
      const [, group = "", kind = ""] = token.split(":");
      const folder = group.replace(".k8s.io", "");
      const file = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
      expect(tokensIn(`@pulumi/kubernetes/${folder}/${file}.js`)).toContain(token);
    },
  );

  test("older ones are taken for the newer", () => {
    expect(canonicalType("aws:s3/bucketV2:BucketV2")).toBe(aws.bucket);
    expect(canonicalType(aws.bucket)).toBe(aws.bucket);
    expect(tokensIn("@pulumi/aws/s3/bucketV2.js")).toContain("aws:s3/bucketV2:BucketV2");
  });
});
