import { spawnSync } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "../../scripts/connection.ts";
import { cleanUpAfterFile, freePorts, tempHome } from "../harness/process.ts";
import { startS3, type TestS3 } from "../harness/s3.ts";
import { stackOf } from "../../scripts/fence/fixture.ts";

cleanUpAfterFile();

let s3: TestS3;
let file = "";
let deadPort = 0;

beforeAll(async () => {
  s3 = await startS3();
  file = join(await tempHome("recover-login"), "connection.json");
  [deadPort = 0] = await freePorts(1);
});

/** Runs the real CLI with a connection, as an operator does. */
async function cli(command: string, connection: Connection): Promise<[number | null, string]> {
  await writeFile(file, JSON.stringify(connection));
  await chmod(file, 0o600);
  const script = join(import.meta.dirname, "../../scripts/cli.ts");
  const done = spawnSync(process.execPath, [script, command, "--connection", file], {
    encoding: "utf8",
    env: { ...process.env, NODE_NO_WARNINGS: "1" },
  });
  expect(done.stderr).not.toMatch(/defect|^ +at /m);
  return [done.status, done.stderr];
}

type Vault = NonNullable<Connection["vault"]>;

describe.each(["pick-ledger", "verify-backup"])("%s with a vault", (command) => {
  it.each<[string, (vault: Vault) => Vault | undefined, RegExp]>([
    ["that the connection lacks", () => undefined, /lacks vault.*Pass `--stack NAME`/s],
    [
      "without credentials",
      (vault) => ({ ...vault, accessKeyId: "", secretAccessKey: "" }),
      /vault\.secretAccessKey: is empty: take the connection anew/,
    ],
    [
      "with a wrong secret",
      (vault) => ({ ...vault, secretAccessKey: "wrong" }),
      /does not accept the access key "root".*pulumi stack output connection/s,
    ],
    [
      "with an unknown login",
      (vault) => ({ ...vault, accessKeyId: "nobody" }),
      /does not accept the access key "nobody".*pulumi stack output connection/s,
    ],
    [
      "without its bucket",
      (vault) => ({ ...vault, backups: "elsewhere" }),
      /bucket "elsewhere".*does not exist.*Run `pulumi up`/s,
    ],
    [
      "that does not answer",
      (vault) => ({ ...vault, endpoint: `http://127.0.0.1:${deadPort}` }),
      /does not answer.*correct the vault's endpoint/s,
    ],
  ])("%s ends with 2 and says what to do", async (_what, change, says) => {
    const vault = change(s3.vault);
    const [code, said] = await cli(command, stackOf(vault === undefined ? {} : { vault }));
    expect(said).toMatch(says);
    expect(code).toBe(2);
  });
});
