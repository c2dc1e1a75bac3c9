import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketName } from "./names.ts";

const purposes = ["backups", "archive", "control"] as const;

describe("a bucket's name", () => {
  test("is vault, region and purpose", () => {
    expect(bucketName("acme-recover", "eu-central-1", "backups")).toBe(
      "acme-recover-eu-central-1-backups",
    );
  });

  test("fits S3's rules whatever vault name is let through", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,48}$/), fc.string({ maxLength: 12 })),
        fc.constantFrom("eu-central-1", "ap-southeast-3", "us-gov-west-1"),
        fc.constantFrom(...purposes),
        (vault, region, purpose) => {
          let name: string;
          try {
            name = bucketName(vault, region, purpose);
          } catch (error) {
            expect(String(error)).toMatch(/recover:vaultName/);
            return;
          }
          expect(name).toMatch(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
          expect(name).not.toMatch(/^(xn--|sthree-|amzn-s3-demo-)/);
          expect(name).not.toMatch(/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/);
        },
      ),
    );
  });

  test("differs between purposes, regions and vaults", () => {
    const all = ["acme", "acme-2"].flatMap((vault) =>
      ["eu-central-1", "eu-west-1"].flatMap((region) =>
        purposes.map((purpose) => bucketName(vault, region, purpose)),
      ),
    );
    expect(new Set(all).size).toBe(all.length);
  });

  test.each([
    ["Acme", /lower-case letters/],
    ["acme_recover", /lower-case letters/],
    ["acme.recover", /lower-case letters/],
    ["-acme", /begins with no hyphen/],
    ["", /begins with no hyphen/],
    ["acme-", /two hyphens in a row/],
    ["sthree-acme", /"sthree-" are reserved/],
    ["amzn-s3-demo-acme", /reserved/],
    ["xn--acme", /reserved/],
    ["a".repeat(43), /it has 64 characters, S3 allows 63.*Write 42 characters at most/],
  ])("%j is refused with what to write", (vault, message) => {
    expect(() => bucketName(vault, "eu-central-1", "backups")).toThrow(message);
  });

  test("of 63 characters is the longest", () => {
    expect(bucketName("a".repeat(42), "eu-central-1", "backups")).toHaveLength(63);
  });
});
