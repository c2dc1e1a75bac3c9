import type { TestS3 } from "../../tests/harness/s3.ts";
import type { TestPlatform } from "../clickhouse/fixture.ts";
import { type Connection, connectionSchema } from "../connection.ts";
import { claim } from "../fence/claim.ts";
import { withControl } from "../fence/control.ts";
import { keyPair } from "../ledger/fixture.ts";

/** Of a primary that holds its line, with a key that its own standby would trust. */
export async function primaryOf(platform: TestPlatform, s3: TestS3): Promise<Connection> {
  const pair = keyPair();
  const connection = connectionSchema.parse({
    platform: "local",
    stack: "test",
    role: "primary",
    region: "east",
    owner: "test",
    epoch: 1,
    control: s3.control,
    kafka: platform.kafka,
    clickhouse: platform.clickhouse.connection,
    vault: s3.vault,
    signing: { keyId: "k1", privateKey: pair.privateKey },
    trust: { k1: pair.publicKey },
  });
  await withControl(s3.control, (store) => claim(store, connection));
  return connection;
}
