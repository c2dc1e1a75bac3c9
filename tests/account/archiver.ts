import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectionSchema } from "../../scripts/connection.ts";
import { loadTools } from "../../setup/tools.mjs";
import { startProcess, tempHome, type RunningProcess } from "../harness/process.ts";
import { authoritiesInside } from "./enter.ts";
import type { ControlPlace } from "./account.ts";
import type { Msk } from "./kafka.ts";
import type { Region } from "./regions.ts";
import { accountKeys } from "./keys.ts";
import type { Told } from "./world.ts";

const cli = fileURLToPath(new URL("../../scripts/cli.ts", import.meta.url));

export interface ArchiverPlace {
  readonly region: Region;
  readonly msk: Msk | undefined;
  readonly control: ControlPlace;
  /** Who holds an epoch of the line. */
  readonly ownerOf: (epoch: number) => Promise<string>;
}

/**
 * Stands in for MSK Connect with the Lenses sink: this project's own archiver, which writes the same envelope and keys,
 * told by the connector's configuration where and what. That the connector does so is not proven here.
 */
export async function startArchiver(
  { inputs, stack }: Told,
  { region, msk, control, ownerOf }: ArchiverPlace,
): Promise<RunningProcess> {
  if (msk === undefined) throw new Error("there are no brokers yet");
  const { connectorConfiguration } = inputs as {
    connectorConfiguration: Readonly<Record<string, string>>;
  };
  const kcql = connectorConfiguration["connect.s3.kcql"] ?? "";
  const found = /^INSERT INTO `([^:`]+):e(\d+)\/[^`]*` SELECT \* FROM `([^`]+)`/.exec(kcql);
  if (found === null) throw new Error(`the connector would not know where to: ${kcql}`);
  const [, archive = "", epoch, topic = ""] = found;
  const ambient = (of: Region) => ({
    credentials: "ambient" as const,
    region: of,
    endpoint: `https://s3.${of}.amazonaws.com`,
  });
  const login = { username: "nobody", password: "nobody" };
  const connection = connectionSchema.parse({
    platform: "aws",
    stack,
    role: "primary",
    region,
    owner: await ownerOf(Number(epoch)),
    epoch: Number(epoch),
    kafka: { ...msk.connection(login), topic },
    vault: { ...ambient(region), backups: "none", archive },
    control: { ...ambient(control.region), bucket: control.bucket },
  });
  const home = await tempHome("recover-account-archiver");
  const { node } = loadTools();
  return startProcess({
    name: `${region}/connector`,
    home,
    argv: [node, cli, "archive", "--json", "--input", join(home, "conf/input.json")],
    env: {
      NODE_NO_WARNINGS: "1",
      NODE_EXTRA_CA_CERTS: authoritiesInside,
      AWS_ACCESS_KEY_ID: accountKeys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: accountKeys.secretAccessKey,
      RECOVER_READY_FILE: join(home, "ready"),
    },
    files: [
      {
        path: "conf/input.json",
        content: JSON.stringify({ connection, params: { flushSeconds: 2 } }),
      },
    ],
    ports: {},
    health: { kind: "file", path: join(home, "ready") },
  });
}
