import { UserError } from "../command.ts";
import type { ZnodeAcl } from "./client.ts";

/** One znode of a snapshot. */
export interface SnapshotZnode {
  readonly data: Buffer;
  /** Ends with the session of its owner. */
  readonly ephemeral: boolean;
  readonly acl: readonly ZnodeAcl[];
}

const MAGIC = "ZKSN";
const VERSION = 2;
/** Number -1 stands for this one and is in no list (`ReferenceCountedACLCache`). */
const OPEN: readonly ZnodeAcl[] = [{ permissions: 31, scheme: "world", id: "anyone" }];
/** czxid, mzxid, ctime, mtime (int64 each), three versions (int32 each). */
const BEFORE_OWNER = 4 * 8 + 3 * 4;

/**
 * The znodes of a ZooKeeper snapshot file by path (`FileSnap`, `DataTree.serialize` and the records
 * of `zookeeper.jute`, ZooKeeper 3.9; integers are big-endian). What follows the tree (digest, last
 * zxid, checksum) is for the server to check.
 *
 * @throws UserError when the bytes are no such file, or end too early
 */
export function parseSnapshot(bytes: Uint8Array): Map<string, SnapshotZnode> {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  try {
    return readTree(reader);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `the ZooKeeper snapshot (${String(bytes.length)} bytes) is damaged or cut short at byte ` +
        `${String(reader.at)}: nothing was restored from it. Use an older one.`,
    );
  }
}

function readTree(reader: Reader): Map<string, SnapshotZnode> {
  if (reader.take(4).toString("latin1") !== MAGIC || reader.int() !== VERSION) {
    throw new RangeError("no snapshot");
  }
  reader.take(8); // Database id.
  reader.take(reader.count() * 12); // Sessions: id, timeout.
  const acls = readAcls(reader);
  const znodes = new Map<string, SnapshotZnode>();
  // The root's path is empty; "/" ends the tree.
  for (let path = reader.text(); path !== "/"; path = reader.text()) {
    const data = reader.bytes();
    const acl = acls.get(reader.take(8).readBigInt64BE()) ?? OPEN;
    reader.take(BEFORE_OWNER);
    const ephemeral = !reader.take(8).equals(Buffer.alloc(8));
    reader.take(8); // pzxid.
    znodes.set(path === "" ? "/" : path, { data, ephemeral, acl });
  }
  return znodes;
}

/** Access lists by number; znodes name the number. */
function readAcls(reader: Reader): Map<bigint, ZnodeAcl[]> {
  const acls = new Map<bigint, ZnodeAcl[]>();
  for (let lists = reader.count(); lists > 0; lists--) {
    const number = reader.take(8).readBigInt64BE();
    const acl: ZnodeAcl[] = [];
    for (let entries = reader.count(); entries > 0; entries--) {
      acl.push({ permissions: reader.int(), scheme: reader.text(), id: reader.text() });
    }
    acls.set(number, acl);
  }
  return acls;
}

class Reader {
  at = 0;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  take(length: number): Buffer {
    if (length < 0 || this.at + length > this.#buffer.length) throw new RangeError("cut short");
    this.at += length;
    return this.#buffer.subarray(this.at - length, this.at);
  }

  int(): number {
    return this.take(4).readInt32BE();
  }

  /** Length of a vector or buffer; -1 stands for none. */
  count(): number {
    return Math.max(0, this.int());
  }

  bytes(): Buffer {
    return this.take(this.count());
  }

  text(): string {
    return this.bytes().toString("utf8");
  }
}
