import type { z } from "zod";
import { UserError } from "../command.ts";
import type { ControlBucket } from "../connection.ts";
import { ObjectStore } from "../vault/s3.ts";
import { endpointOf } from "../s3-access.ts";

/** The few operations that fence and lease need: small enough to stand in for in a test. */
export interface ControlStore {
  /** For messages: where the records are. */
  readonly where: string;
  read(key: string): Promise<string | undefined>;
  /** Creates the object; false when the key exists: of any number of racing callers one gets true. */
  create(key: string, body: string): Promise<boolean>;
  write(key: string, body: string): Promise<void>;
  /** Names directly under a prefix that ends in `/`, in any order. */
  names(prefix: string): Promise<string[]>;
  close(): void;
}

/** The control bucket of the standby's region. */
export function openControl(control: ControlBucket): ControlStore {
  const store = new ObjectStore(control);
  const json = { contentType: "application/json" };
  return {
    where: `${endpointOf(control)}/${control.bucket}`,
    read: (key) => store.getText(control.bucket, key),
    create: async (key, body) => (await store.putIfAbsent(control.bucket, key, body, json)).created,
    write: async (key, body) => {
      await store.put(control.bucket, key, body, json);
    },
    names: (prefix) => store.listNames(control.bucket, prefix),
    close: () => {
      store.close();
    },
  };
}

/** Runs `work` with the control bucket and closes it. */
export async function withControl<T>(
  control: ControlBucket,
  work: (store: ControlStore) => Promise<T>,
): Promise<T> {
  const store = openControl(control);
  try {
    return await work(store);
  } finally {
    store.close();
  }
}

/**
 * A record, or undefined when the key does not exist.
 * @throws UserError when it is there and cannot be read: an unreadable fence is never "no fence".
 */
export async function readRecord<Schema extends z.ZodType>(
  store: ControlStore,
  key: string,
  schema: Schema,
): Promise<z.infer<Schema> | undefined> {
  const text = await store.read(key);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(store, key, error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw unreadable(store, key, parsed.error);
  return parsed.data;
}

export function asJson(record: unknown): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

function unreadable(store: ControlStore, key: string, cause: unknown): UserError {
  return new UserError(
    `the record ${key} in ${store.where} cannot be read (${String(cause)}): it was altered, or a ` +
      "newer version of this project wrote it. Nothing goes on without it. Look at the object's older " +
      "versions (the bucket is versioned), or use the version of the project that wrote it.",
    { cause },
  );
}
