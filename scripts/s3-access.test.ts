import { describe, expect, it } from "vitest";
import { S3ServiceException } from "@aws-sdk/client-s3";
import { parseAs } from "./cli/input.ts";
import {
  controlBucket,
  endpointOf,
  isAws,
  keyed,
  loginOf,
  s3Access,
  vaultSide,
  type S3Access,
} from "./s3-access.ts";
import { attemptOf, ObjectStore } from "./vault/s3.ts";
import { explainS3Error } from "./vault/s3-errors.ts";

const keys = {
  endpoint: "http://127.0.0.1:27070",
  region: "east",
  accessKeyId: "root-east",
  secretAccessKey: "s",
};
const own = { credentials: "ambient" as const, region: "eu-west-1" };

describe("a connection to S3", () => {
  it("is read with keys as ever, with a session's token, or with the process's own identity", () => {
    expect(s3Access.parse(keys)).toEqual(keys);
    expect(s3Access.parse({ ...keys, sessionToken: "t" })).toMatchObject({ sessionToken: "t" });
    expect(controlBucket.parse({ ...own, bucket: "b" })).toEqual({ ...own, bucket: "b" });
  });

  it("never takes keys that were forgotten for the process's own identity", () => {
    const { endpoint, region } = keys;
    const bare = { endpoint, region, backups: "b", archive: "a" };
    expect(() => parseAs(vaultSide, bare, "x")).toThrow(/accessKeyId.*\n.*secretAccessKey/);
    expect(() => parseAs(vaultSide, { ...keys, ...bare, secretAccessKey: "" }, "x")).toThrow(
      /secretAccessKey: is empty: take the connection anew/,
    );
    expect(() => parseAs(s3Access, { ...own, credentials: "pod" }, "x")).toThrow(/credentials/);
  });

  it("is AWS's own of its region without an address", () => {
    expect(endpointOf(own)).toBe("https://s3.eu-west-1.amazonaws.com");
    expect(endpointOf({ region: "cn-north-1" })).toBe("https://s3.cn-north-1.amazonaws.com.cn");
    expect(endpointOf({ ...keys, endpoint: "http://h:1/" })).toBe("http://h:1");
    expect([own, { region: "cn-north-1" }, keys].map(isAws)).toEqual([true, true, false]);
    expect(isAws({ endpoint: "https://amazonaws.com.example.org", region: "x" })).toBe(false);
  });

  it("hands nothing on that only its own process has", () => {
    expect(keyed(s3Access.parse(keys), "the server").accessKeyId).toBe("root-east");
    expect(() => keyed(s3Access.parse(own), "the server")).toThrow(
      /the server needs an access key.*Write accessKeyId/,
    );
  });
});

describe("its client", () => {
  const settings = async (access: S3Access) => {
    const { client } = new ObjectStore(access);
    const { config } = client;
    const found = {
      forcePathStyle: config.forcePathStyle,
      host: config.endpoint === undefined ? undefined : (await config.endpoint()).hostname,
    };
    client.destroy();
    return found;
  };

  it("names buckets in the path of a server of its own, in the host of AWS's", async () => {
    expect(await settings(s3Access.parse(keys))).toEqual({
      forcePathStyle: true,
      host: "127.0.0.1",
    });
    expect(await settings(s3Access.parse(own))).toEqual({
      forcePathStyle: false,
      host: undefined,
    });
  });

  it("signs with the token of a session", async () => {
    const store = new ObjectStore({ ...keys, sessionToken: "token" });
    expect(await store.client.config.credentials()).toMatchObject({
      accessKeyId: "root-east",
      sessionToken: "token",
    });
    store.close();
  });
});

describe("what is said when S3 says no", () => {
  const refused = (name: string, status: number) =>
    new S3ServiceException({
      name,
      message: name,
      $fault: "client",
      $metadata: { httpStatusCode: status },
    });
  const said = (error: unknown, access: S3Access): string =>
    String(explainS3Error(error, { ...attemptOf(access), action: "read x", bucket: "b" }));
  const noCredentials = Object.assign(new Error("Could not load credentials from any providers"), {
    name: "CredentialsProviderError",
  });

  it("names the login, and what this platform's user can do", () => {
    expect(loginOf(own)).toBe("the AWS identity of this process");
    expect(said(refused("AccessDenied", 403), own)).toContain(
      "the AWS identity of this process is not permitted to (AccessDenied)",
    );
    expect(said(refused("AccessDenied", 403), keys)).toContain('access key "root-east" is not');
    expect(said(refused("ExpiredToken", 400), own)).toMatch(/Its session is over.*log in again/);
    expect(said(refused("InvalidAccessKeyId", 403), keys)).toMatch(
      /does not accept the access key "root-east".*pulumi stack output connection/s,
    );
    expect(said(noCredentials, own)).toMatch(/no AWS credentials of its own.*EKS Pod Identity/);
  });

  it("does not tell anybody to start AWS", () => {
    const silent = Object.assign(new Error("no"), { code: "ENOTFOUND" });
    expect(said(silent, own)).toMatch(/does not answer \(ENOTFOUND\).*reaches S3 there/);
    expect(said(silent, own)).not.toContain("pulumi up");
    expect(said(silent, keys)).toContain("`pulumi up` brings a dead process back");
  });
});
