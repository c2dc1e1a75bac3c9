import zookeeper from "node-zookeeper-client";
import type { Client } from "node-zookeeper-client";
import { UserError } from "../command.ts";
import type { Connection } from "../connection.ts";

export type ZooKeeperConnection = NonNullable<Connection["zookeeper"]>;

/** What of a ZooKeeper client this project uses, as promises. */
export interface Znodes {
  /** Names directly under a znode, sorted; undefined when there is no such znode. */
  children(path: string): Promise<string[] | undefined>;
  data(path: string): Promise<{ bytes: Buffer; version: number } | undefined>;
  /** @throws Error when somebody changed it since `version` */
  setData(path: string, bytes: Buffer, version: number): Promise<void>;
  /** Makes a znode. @returns false when there was one, which stays as it is */
  create(path: string, acl: readonly ZnodeAcl[], bytes?: Buffer): Promise<boolean>;
  /** Removes a znode that has no children; one that is not there is no error. */
  remove(path: string): Promise<void>;
  acl(path: string): Promise<ZnodeAcl[]>;
  setAcl(path: string, acl: readonly ZnodeAcl[]): Promise<void>;
}

export interface ZnodeAcl {
  /** Bits: 1 read, 2 write, 4 create, 8 delete, 16 admin. */
  readonly permissions: number;
  readonly scheme: string;
  readonly id: string;
}

const CONNECT_MS = 15_000;

/**
 * The super user on the ensemble, or on one member alone: reads then show what that member holds.
 *
 * @throws UserError when no member answers
 */
export async function withZooKeeper<T>(
  connection: ZooKeeperConnection,
  use: (znodes: Znodes) => Promise<T>,
  members: readonly string[] = connection.members.map((member) => member.client),
): Promise<T> {
  const client = zookeeper.createClient(members.join(","), { sessionTimeout: 10_000 });
  client.addAuthInfo("digest", Buffer.from(`super:${connection.superPassword}`));
  try {
    await connected(client, members);
    return await use(znodesOf(client));
  } finally {
    client.close();
  }
}

/** Every path under and including `root`, parents first. */
export async function walk(znodes: Znodes, root: string): Promise<string[]> {
  const found: string[] = [];
  const open = [root];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const names = await znodes.children(path);
    if (names === undefined) continue;
    found.push(path);
    open.push(...names.map((name) => (path === "/" ? `/${name}` : `${path}/${name}`)));
  }
  return found;
}

function connected(client: Client, members: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(
        new UserError(
          `ZooKeeper (${members.join(", ")}) does not answer within ${String(CONNECT_MS / 1000)} s. Are its ` +
            "members up, and more than half of them? `pulumi up` starts those that are not.",
        ),
      );
    }, CONNECT_MS);
    client.once("connected", () => {
      clearTimeout(timer);
      resolve();
    });
    client.connect();
  });
}

function znodesOf(client: Client): Znodes {
  return {
    async children(path) {
      const names = await orMissing<string[]>((done) => {
        client.getChildren(path, done);
      });
      return names?.sort();
    },
    data: (path) =>
      orMissing((done) => {
        client.getData(path, (error, bytes: Buffer | null, stat) => {
          if (error) done(error);
          else done(null, { bytes: bytes ?? Buffer.alloc(0), version: stat.version });
        });
      }),
    setData: (path, bytes, version) =>
      call((done) => {
        client.setData(path, bytes, version, (error) => {
          done(error);
        });
      }),
    create: (path, acl, bytes = Buffer.alloc(0)) =>
      call((done) => {
        client.create(path, bytes, acl.map(toAcl), (error) => {
          if (error && nameOf(error) === "NODE_EXISTS") done(null, false);
          else done(error, true);
        });
      }),
    remove: async (path) => {
      await orMissing((done) => {
        client.remove(path, done);
      });
    },
    acl: (path) =>
      call((done) => {
        client.getACL(path, (error, acls) => {
          if (error) done(error);
          else {
            done(
              null,
              acls.map((acl) => {
                const { permission, perms, id } = acl as typeof acl & { permission?: number };
                return { permissions: permission ?? perms, scheme: id.scheme, id: id.id };
              }),
            );
          }
        });
      }),
    setAcl: (path, acl) =>
      call((done) => {
        client.setACL(path, acl.map(toAcl), (error) => {
          done(error);
        });
      }),
  };
}

function toAcl(acl: ZnodeAcl) {
  return new zookeeper.ACL(acl.permissions, new zookeeper.Id(acl.scheme, acl.id));
}

type Done<T> = (error: Error | zookeeper.Exception | null, value?: T) => void;

function call<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error) reject(asError(error));
      else resolve(value as T);
    });
  });
}

async function orMissing<T>(start: (done: Done<T>) => void): Promise<T | undefined> {
  try {
    return await call(start);
  } catch (error) {
    if (nameOf(error as Error) === "NO_NODE") return undefined;
    throw error;
  }
}

function nameOf(error: Error | zookeeper.Exception): string {
  return error.name;
}

function asError(error: Error | zookeeper.Exception): Error {
  return error instanceof Error
    ? error
    : Object.assign(new Error(String(error)), { name: nameOf(error) });
}
