import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { UserError } from "../command.ts";
import { inTransaction, withClient } from "./client.ts";

const iterations = 4096;

/**
 * What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5802): sent instead of the password itself, so
 * that no server log ever shows it.
 * https://www.postgresql.org/docs/current/catalog-pg-authid.html
 *
 * @param password letters and digits alone: others would have to be normalized first
 */
export function scramVerifier(password: string, salt: Buffer = randomBytes(16)): string {
  if (!/^[A-Za-z0-9]+$/.test(password)) {
    throw new Error("a generated password has other characters than letters and digits");
  }
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/**
 * Gives every login its password, new ones and those that a restored database brought along: the
 * old passwords end with it. All of them or none; running it again changes nothing that anybody notices.
 */
export async function setLogins(
  url: string,
  passwords: Readonly<Record<string, string>>,
): Promise<string[]> {
  const names = Object.keys(passwords).sort();
  await withClient(url, (client) =>
    inTransaction(client, async () => {
      const { rows } = await client.query<{ name: string }>(
        "SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1)",
        [names],
      );
      const missing = names.filter((name) => rows.every((row) => row.name !== name));
      if (missing.length > 0) {
        throw new UserError(
          `PostgreSQL has no role ${missing.join(", ")}, so no password was set. A database that is restored ` +
            "brings its roles along: is this the right backup? A new one gets them by `pulumi up`.",
        );
      }
      for (const name of names) {
        const verifier = client.escapeLiteral(scramVerifier(passwords[name] ?? ""));
        await client.query(`ALTER ROLE ${client.escapeIdentifier(name)} PASSWORD ${verifier}`);
      }
    }),
  );
  return names;
}
