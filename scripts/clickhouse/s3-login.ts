import type { S3Access } from "../s3-access.ts";

/*
 * How ClickHouse logs in where `s3()` reads. Without keys in the call it takes the credentials of its own pod,
 * where the server's configuration says so for the endpoint (`use_environment_credentials`).
 * https://clickhouse.com/docs/sql-reference/table-functions/s3
 */

/** The arguments of `s3()` between URL and format, and the parameters that they name. */
export interface S3Login {
  /** Ends in a comma, or is empty. */
  readonly sql: string;
  readonly params: Readonly<Record<string, string>>;
}

export function s3Login(access: S3Access): S3Login {
  if (access.credentials === "ambient") return { sql: "", params: {} };
  const { accessKeyId: key, secretAccessKey: secret, sessionToken: token } = access;
  return token === undefined
    ? { sql: "{key: String}, {secret: String}, ", params: { key, secret } }
    : {
        sql: "{key: String}, {secret: String}, {token: String}, ",
        params: { key, secret, token },
      };
}

/** `s3(…)` with everything written out, for a statement without parameters. */
export function s3Table(
  access: S3Access,
  url: string,
  structure: string,
  compression: string,
): string {
  const login = Object.values(s3Login(access).params);
  const all = [url, ...login, "JSONEachRow", structure, compression];
  return `s3(${all.map(quoted).join(", ")})`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
