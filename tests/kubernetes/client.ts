import { Agent, request } from "node:https";

/** An object as it is sent to the API server. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** What the API server says about one request. */
export interface Answer {
  /** HTTP status. */
  readonly status: number;
  /** Its own words when it refuses; undefined when it accepts. */
  readonly refusal: string | undefined;
  /** Each text of its `Warning` headers: deprecated fields, pods that admission would refuse. */
  readonly warnings: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** Who asks, as the API server knows accounts of its own. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** One action, as `SubjectAccessReview` takes it; without a namespace: in all of them. */
export interface Action {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

interface Access {
  readonly url: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** Of somebody who may do everything. */
  readonly token: string;
}

interface Asked {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly body?: unknown;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/** An answer takes milliseconds, and on a machine that is busy with other things far longer. */
const answerMs = 120_000;

/** Nothing is stored, all is checked: admission, defaults, validation. Unknown and double fields are errors. */
const strictDryRun = "fieldValidation=Strict&dryRun=All";
const strict = "fieldValidation=Strict";

/**
 * Talks to an API server as the tests need it: server-side apply, pods, questions about rights.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply
 */
export class KubernetesClient {
  private readonly access: Access;
  /** Few connections for many questions: to open one costs more than an answer. */
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  private readonly paths = new Map<string, string>();

  constructor(access: Access) {
    this.access = access;
  }

  /** Applies for nothing: the whole way of a real request but the storing. */
  async dryRun(manifest: Manifest): Promise<Answer> {
    return this.apply(manifest, strictDryRun);
  }

  /** Applies for good. @throws Error when it is refused */
  async create(manifest: Manifest): Promise<void> {
    const { refusal } = await this.apply(manifest, strict);
    if (refusal !== undefined) {
      throw new Error(`${manifest.kind} ${manifest.metadata.name} is refused: ${refusal}`);
    }
  }

  /** A new object that must not be there yet, as a controller makes it; for nothing. */
  async dryCreate(manifest: Manifest): Promise<Answer> {
    const path = await this.pathOf(manifest, false);
    return this.ask({ method: "POST", path: `${path}?${strictDryRun}`, body: manifest });
  }

  /** Whether the account may do this; asked as the API server asks its authorizers. */
  async may(account: Account, action: Action): Promise<boolean> {
    const { user, groups } = identityOf(account);
    const { body, refusal } = await this.ask({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user, groups, resourceAttributes: action },
      },
    });
    const { status } = body as { status?: { allowed?: unknown } };
    if (refusal !== undefined || typeof status?.allowed !== "boolean") {
      throw new Error(`SubjectAccessReview is not answered: ${refusal ?? JSON.stringify(body)}`);
    }
    return status.allowed;
  }

  /** Every rule that holds for the account in a namespace, sorted. @throws Error when the list is not whole */
  async rulesOf(account: Account, namespace: string): Promise<readonly string[]> {
    const { user, groups } = identityOf(account);
    const { body, refusal } = await this.ask({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
      headers: { "Impersonate-User": user, "Impersonate-Group": groups },
      body: {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectRulesReview",
        spec: { namespace },
      },
    });
    const { status } = body as {
      status?: { incomplete: boolean; resourceRules: object[]; nonResourceRules: object[] };
    };
    if (refusal !== undefined || status === undefined || status.incomplete) {
      throw new Error(`SelfSubjectRulesReview is not answered: ${refusal ?? JSON.stringify(body)}`);
    }
    return [...status.resourceRules, ...status.nonResourceRules]
      .map((rule) => JSON.stringify(rule))
      .sort();
  }

  /** One request. @throws Error when nothing answers */
  ask({ method, path, body, type = "application/json", headers = {} }: Asked): Promise<Answer> {
    const { url, ca, token } = this.access;
    return new Promise((resolve, reject) => {
      const sent = request(
        new URL(path, url),
        {
          method,
          ca,
          agent: this.agent,
          headers: {
            ...headers,
            Authorization: `Bearer ${token}`,
            Accept: "application/json",
            "Content-Type": type,
          },
          timeout: answerMs,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.once("error", reject);
          response.once("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const warnings = response.headersDistinct["warning"];
            resolve(answerOf(response.statusCode ?? 0, text, warnings));
          });
        },
      );
      sent.once("timeout", () =>
        sent.destroy(new Error(`${method} ${path}: no answer in ${answerMs / 1000} s`)),
      );
      sent.once("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  private async apply(manifest: Manifest, query: string): Promise<Answer> {
    const path = await this.pathOf(manifest, true);
    return this.ask({
      method: "PATCH",
      path: `${path}?fieldManager=pulumi&${query}`,
      type: "application/apply-patch+yaml",
      body: manifest,
    });
  }

  /** Where objects of this kind are, as the server itself lists them. */
  private async pathOf({ apiVersion, kind, metadata }: Manifest, named: boolean): Promise<string> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const key = `${apiVersion} ${kind}`;
    if (!this.paths.has(key)) {
      const { body, refusal } = await this.ask({ method: "GET", path: root });
      const { resources = [] } = body as {
        resources?: { name: string; kind: string; namespaced: boolean }[];
      };
      const found = resources.find((each) => each.kind === kind && !each.name.includes("/"));
      if (found === undefined) {
        throw new Error(`the API server has no ${key}: ${refusal ?? "not among its resources"}`);
      }
      this.paths.set(key, `${found.namespaced ? "{namespace}/" : ""}${found.name}`);
    }
    const plural = this.paths.get(key) ?? "";
    if (plural.startsWith("{") !== (metadata.namespace !== undefined)) {
      throw new Error(`${key} ${metadata.name}: a namespace where none belongs, or none`);
    }
    const where = plural.replace("{namespace}", `namespaces/${metadata.namespace ?? ""}`);
    return `${root}/${where}${named ? `/${metadata.name}` : ""}`;
  }
}

/** https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin */
function identityOf({ namespace, name }: Account): { user: string; groups: string[] } {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      "system:serviceaccounts",
      `system:serviceaccounts:${namespace}`,
      "system:authenticated",
    ],
  };
}

function answerOf(status: number, text: string, warnings: readonly string[] = []): Answer {
  const isJson = text.startsWith("{");
  const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
  const said = typeof body["message"] === "string" ? body["message"] : text;
  return {
    status,
    refusal: status >= 200 && status < 300 ? undefined : said,
    // `299 - "text"`, quotes inside escaped (RFC 7234, 5.5).
    warnings: warnings.map((each) =>
      each.replace(/^\d+ \S+ "(.*)"$/s, "$1").replaceAll('\\"', '"'),
    ),
    body,
  };
}
