import { expect, test } from "vitest";
import { planInputFrom } from "./recover.ts";

const key = "-----BEGIN PUBLIC KEY-----\nkey\n-----END PUBLIC KEY-----";

/** As `pulumi config --show-secrets --json` prints a paired standby's settings. */
const printed = {
  "recover:region": { value: "west", secret: false },
  "recover:vaultEndpoint": { value: "http://127.0.0.1:27100", secret: false },
  "recover:vaultAccessKeyId": { value: "root-west", secret: false },
  "recover:vaultSecretAccessKey": { value: "a secret", secret: true },
  "recover:trust": {
    value: JSON.stringify({ abc: key }),
    objectValue: { abc: key },
    secret: false,
  },
};

test("a plan knows the vault from the standby's config alone", () => {
  const { vault, control, trust } = planInputFrom("local-dr", printed);
  expect(vault).toMatchObject({ endpoint: "http://127.0.0.1:27100", region: "west" });
  expect(control).toMatchObject({ accessKeyId: "root-west", secretAccessKey: "a secret" });
  expect(trust).toEqual({ abc: key });
});

test("a primary is told where its own readiness is shown", () => {
  const primary = { ...printed, "recover:role": { value: "primary" } };
  expect(() => planInputFrom("local", primary)).toThrow(/is a primary.*status --stack local/);
});

test("a stack that was never paired is told how", () => {
  const { "recover:region": region } = printed;
  expect(() => planInputFrom("dr2", { "recover:region": region })).toThrow(
    /recover:vaultEndpoint is not in its config.*`npm run pair -- --standby dr2`/,
  );
});
