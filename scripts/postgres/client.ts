import pg from "pg";
import { UserError } from "../command.ts";

/** Opens a connection for `work` and closes it; what the user can act on is said. */
export async function withClient<T>(
  url: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that dies between two queries must fail the next query, not the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw explain(error, url);
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** `work` in one transaction: all of it or nothing. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

function explain(error: unknown, url: string): unknown {
  const { hostname, port, username } = new URL(url);
  const where = `PostgreSQL at ${hostname}:${port}`;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "28P01" || code === "28000") {
    return new UserError(
      `${where} refuses the login "${username}": its password is another one. Take the connection from ` +
        "the stack that runs it (`pulumi stack output postgresUrl --show-secrets`).",
      { cause: error },
    );
  }
  if (code === "57P03") {
    return new UserError(
      `${where} does not accept connections yet: it starts, or it replays WAL after a restore. Wait ` +
        "until `pulumi up` says that it is healthy.",
      { cause: error },
    );
  }
  if (["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTFOUND"].includes(code)) {
    return new UserError(
      `${where} does not answer (${code}). Start it: \`pulumi up\` brings a dead process back with its data.`,
      { cause: error },
    );
  }
  return error;
}
