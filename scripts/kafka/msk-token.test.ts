import { expect, it } from "vitest";
import { mskToken } from "./msk-token.ts";

const keys = { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret/+=" };
const now = () => new Date("2026-11-22T23:15:00Z");
const urlOf = async (token: Promise<string>) =>
  new URL(Buffer.from(await token, "base64url").toString());

/** Signatures that aws-msk-iam-sasl-signer-js 1.0.3 made of the same keys at the same time. */
it("signs as AWS's own library does", async () => {
  const url = await urlOf(mskToken(() => Promise.resolve(keys), now)("eu-west-1"));
  expect(url.origin + url.pathname).toBe("https://kafka.eu-west-1.amazonaws.com/");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    Action: "kafka-cluster:Connect",
    "User-Agent": "recover",
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "AKIAEXAMPLE/20261122/eu-west-1/kafka-cluster/aws4_request",
    "X-Amz-Date": "20261122T231500Z",
    "X-Amz-Expires": "900",
    "X-Amz-Signature": "b449cc6f39b564dfe0def241cf8c5cfa625d54b45d32f3a6514cbed010ba919c",
    "X-Amz-SignedHeaders": "host",
  });
});

it("signs with the token of a pod's session", async () => {
  const session = () => Promise.resolve({ ...keys, sessionToken: "tok/en+=" });
  const { searchParams } = await urlOf(mskToken(session, now)("eu-west-1"));
  expect(searchParams.get("X-Amz-Security-Token")).toBe("tok/en+=");
  expect(searchParams.get("X-Amz-Signature")).toBe(
    "5fa2be5dc84a9ec8f12db7ea0cf7ce8fa1d51d74e5d368e3e225fb8a0e3f1172",
  );
});

it("is asked for anew at every login, in the domain of its region", async () => {
  let asked = 0;
  const token = mskToken(() => {
    asked += 1;
    return Promise.resolve(keys);
  }, now);
  expect((await urlOf(token("cn-north-1"))).hostname).toBe("kafka.cn-north-1.amazonaws.com.cn");
  await token("cn-north-1");
  expect(asked).toBe(2);
});
