import { createHash } from "node:crypto";
import { createServer } from "node:net";
import pRetry from "p-retry";
import { UserError } from "../lib/user-error.ts";

/** Gives the lock back. */
export type Release = () => Promise<void>;

/**
 * Takes a machine-wide lock at once, or says `undefined` when somebody has it. It is a socket in
 * Linux's abstract namespace (unix(7)): the kernel takes it back when its holder dies, however it
 * dies, so there is no stale lock file to judge.
 */
export function tryLock(subject: string): Promise<Release | undefined> {
  const name = createHash("sha256").update(subject).digest("hex").slice(0, 40);
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(`\0recover-${name}`, () => {
      server.unref();
      resolve(
        () =>
          new Promise((done) =>
            server.close(() => {
              done();
            }),
          ),
      );
    });
  });
}

/** Runs `work` while holding the lock; waits for it, at most `waitSeconds`. */
export async function withLock<T>(
  subject: string,
  waitSeconds: number,
  work: () => Promise<T>,
): Promise<T> {
  const release = await pRetry(
    async () => {
      const taken = await tryLock(subject);
      if (taken) return taken;
      throw new UserError(
        `${subject} is being started or stopped by another process, which has not finished ` +
          `within ${waitSeconds} s. Wait for the other "pulumi up" or "pulumi destroy", or end it.`,
      );
    },
    {
      retries: Infinity,
      minTimeout: 50,
      factor: 1,
      maxRetryTime: waitSeconds * 1000,
      shouldRetry: ({ error }) => error instanceof UserError,
    },
  );
  try {
    return await work();
  } finally {
    await release();
  }
}
