import { createHash } from "node:crypto";
import type { ClickHouseOptions } from "./clickhouse.ts";
import { element } from "./xml.ts";

/**
 * The embedded server's own session is always `default` from 127.0.0.1, so that user must exist
 * there. It may do nothing but open the ports, and its single session is taken for as long as the
 * server runs: a client that tries to use it is refused. A real server has no such user.
 */
export function usersXml(options: ClickHouseOptions): string {
  const { admin, reader } = options;
  const embedded = `<default>
    <no_password/><networks><ip>127.0.0.1</ip></networks>
    <profile>embedded</profile><quota>default</quota>
    <grants><query>GRANT SYSTEM LISTEN ON *.*</query></grants>
  </default>`;
  const readOnly =
    reader === undefined
      ? ""
      : `<${reader.username}>
    ${element("password_sha256_hex", sha256(reader.password))}
    <networks><ip>127.0.0.1</ip></networks>
    <profile>reader</profile><quota>default</quota>
    <grants><query>GRANT SELECT ON ${options.database ?? "posthog"}.*</query></grants>
  </${reader.username}>`;
  return `<?xml version="1.0"?>
<clickhouse>
<profiles>
  <default>
    <!-- Sorting each block for duplicates costs a third of an insert; merges and settle do it. -->
    <optimize_on_insert>0</optimize_on_insert>
    <!-- Events of many years in one block are slow, not an error that would stop the consumer. -->
    <throw_on_max_partitions_per_insert_block>0</throw_on_max_partitions_per_insert_block>${options.cluster === undefined ? "" : foregroundInserts}
  </default>
  <reader><readonly>2</readonly></reader>
  <embedded><max_sessions_for_user>1</max_sessions_for_user></embedded>
</profiles>
<quotas><default/></quotas>
<users>
  ${options.binary === undefined ? embedded : ""}
  <${admin.username}>
    ${element("password_sha256_hex", sha256(admin.password))}
    <networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </${admin.username}>
  ${readOnly}
</users>
</clickhouse>
`;
}

/** Also for the Kafka table's blocks: what is committed lies in its shard, never in a queue on the way. */
const foregroundInserts = "\n    <distributed_foreground_insert>1</distributed_foreground_insert>";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
