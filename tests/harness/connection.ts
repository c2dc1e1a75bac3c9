import type { TestPlatform } from "../../scripts/clickhouse/fixture.ts";
import { type Connection, connectionSchema } from "../../scripts/connection.ts";
import { claim } from "../../scripts/fence/claim.ts";
import { withControl } from "../../scripts/fence/control.ts";
import { keyPair } from "../../scripts/ledger/fixture.ts";
import type { TestS3 } from "./s3.ts";

/** A test platform's connection with a vault and keys of its own, its epoch claimed. */
export async function protectedConnection(
  platform: TestPlatform,
  vault: TestS3,
  control: TestS3 = vault,
): Promise<Connection> {
  const pair = keyPair();
  const connection = connectionSchema.parse({
    ...platform.brokers.connection,
    kafka: platform.kafka,
    clickhouse: platform.server.connection,
    vault: vault.vault,
    control: control.control,
    signing: { keyId: "k1", privateKey: pair.privateKey },
    trust: { k1: pair.publicKey },
  });
  await withControl(control.control, (store) => claim(store, connection));
  return connection;
}
