import type { ObjectStore } from "../vault/s3.ts";

/** The newest exported snapshot of the ensemble, by its name; undefined when there is none (KRaft). */
export async function latestSnapshot(
  store: ObjectStore,
  bucket: string,
  prefix: string,
): Promise<string | undefined> {
  let newest: string | undefined;
  for await (const { key } of store.list(bucket, `${prefix}/zookeeper/`)) {
    if (key.endsWith(".snapshot") && (newest === undefined || key > newest)) newest = key;
  }
  return newest;
}
