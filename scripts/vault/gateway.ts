import { createHash } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { UserError } from "../command.ts";
import { endpointOf, keyed, type KeyedS3Access, type S3Access } from "../s3-access.ts";
import { Sha256 } from "../sha256.ts";

/**
 * The logins of a versitygw (its admin API: S3's signature over `PATCH /create-user` and the like, XML
 * bodies). Not the program's own `admin` command, because that takes the secrets on its command line.
 */
export class GatewayUsers {
  readonly #access: KeyedS3Access;
  readonly #signer: SignatureV4;

  /** @param access the server's root login */
  constructor(given: S3Access) {
    const access = keyed(given, "setting up the logins of the vault's server");
    this.#access = access;
    this.#signer = new SignatureV4({
      service: "s3",
      region: access.region,
      credentials: {
        accessKeyId: access.accessKeyId,
        secretAccessKey: access.secretAccessKey,
      },
      sha256: Sha256,
    });
  }

  /** Access key ids of all logins but root. */
  async list(): Promise<string[]> {
    const { body } = await this.#call("/list-users", {}, "");
    return [...body.matchAll(/<Access>([^<]*)<\/Access>/g)].map(([, name]) => name ?? "").sort();
  }

  /** Creates the login, or gives an existing one this secret. */
  async put(accessKeyId: string, secretAccessKey: string): Promise<void> {
    const secret = `<Secret>${escapeXml(secretAccessKey)}</Secret>`;
    const account =
      `<Account><Access>${escapeXml(accessKeyId)}</Access>${secret}<Role>user</Role>` +
      "<UserID>0</UserID><GroupID>0</GroupID><ProjectID>0</ProjectID></Account>";
    const created = await this.#call("/create-user", {}, account, [409]);
    if (created.status !== 409) return;
    const update = `<MutableProps>${secret}<Role>user</Role></MutableProps>`;
    await this.#call("/update-user", { access: accessKeyId }, update);
  }

  async #call(
    path: string,
    query: Record<string, string>,
    body: string,
    expected: readonly number[] = [],
  ): Promise<{ status: number; body: string }> {
    const { accessKeyId } = this.#access;
    const endpoint = endpointOf(this.#access);
    const url = new URL(path, endpoint);
    const signed = await this.#signer.sign({
      method: "PATCH",
      protocol: url.protocol,
      hostname: url.hostname,
      path,
      query,
      headers: {
        host: url.host,
        "x-amz-content-sha256": createHash("sha256").update(body).digest("hex"),
      },
      body,
    });
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    // fetch sets the host itself.
    const headers = Object.entries(signed.headers).filter(([name]) => name !== "host");
    let answer;
    try {
      answer = await fetch(url, { method: "PATCH", headers, body });
    } catch (error) {
      throw new UserError(
        `cannot reach the S3 server at ${endpoint} to set up its logins: it does not answer. Start it ` +
          "(`pulumi up` brings a dead process back), or correct the vault's endpoint in this stack's config.",
        { cause: error },
      );
    }
    const text = await answer.text();
    if (answer.ok || expected.includes(answer.status)) return { status: answer.status, body: text };
    throw new UserError(
      `the S3 server at ${endpoint} refuses ${path.slice(1)} to access key "${accessKeyId}" ` +
        `(${answer.status} ${/<Code>([^<]*)/.exec(text)?.[1] ?? text.slice(0, 200)}). Logins can be made by the ` +
        "server's root login only: check the key and secret that the stack of this region uses.",
    );
  }
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
