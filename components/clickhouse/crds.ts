import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { operatorVersion } from "./operator-version.ts";

/**
 * Where the operator's custom resource definitions are. They are not part of this project.
 *
 * @remarks Recovery: a file of your own repository is there on the day; an address may not answer.
 */
export type CrdSource =
  | {
      /** A YAML file, or a folder of them. */
      readonly path: string;
    }
  | {
      readonly url: string;
      /** Of what the address answers, 64 hex digits. */
      readonly sha256: string;
    };

/** One custom resource definition, as published. */
export interface Crd {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/**
 * Stands for the operator's definitions where a program is recorded and nothing is made: of the pinned version, and
 * empty. `checkCrds` refuses it.
 */
export const emptyDefinition: Crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: "clickhouseinstallations.clickhouse.altinity.com",
    labels: { "clickhouse.altinity.com/chop": operatorVersion },
  },
  spec: {},
};

/** The definitions' names: without one of them the operator does not start. */
export const needed: readonly string[] = [
  "clickhouseinstallations.clickhouse.altinity.com",
  "clickhouseinstallationtemplates.clickhouse.altinity.com",
  "clickhouseoperatorconfigurations.clickhouse.altinity.com",
  "clickhousekeeperinstallations.clickhouse-keeper.altinity.com",
];

/** As in the repository at the tag of the pinned version. */
export const published = {
  url:
    "https://raw.githubusercontent.com/Altinity/clickhouse-operator/" +
    `release-${operatorVersion}/deploy/operator/parts/crd.yaml`,
  sha256: "8f9b7e182dfabc0d7f0911242d2a5200333b4057d620196d9bf462ae1a1442b1",
};
const take = `Take ${published.url} (sha256 ${published.sha256}).`;

/**
 * Reads the definitions and checks that they are those of the pinned operator, before anything is made.
 *
 * @throws Error when there are none, or others
 */
export async function loadCrds(source: CrdSource | undefined): Promise<readonly Crd[]> {
  if (source === undefined) {
    throw new Error(
      `recover:clickhouseOperator.install.crds is not set: the custom resource definitions of operator ` +
        `${operatorVersion} are not part of this project, and without them nothing of ClickHouse can be ` +
        `created. Download ${published.url} into your repository and set {"path": "that file"}, or set ` +
        'recover:clickhouseOperator to {"existing": {"namespace": "…"}} where the operator is installed.',
    );
  }
  return checkCrds(loadAll("path" in source ? await read(source.path) : await download(source)));
}

/** @throws Error when they are not exactly the definitions of the pinned operator */
export function checkCrds(documents: readonly unknown[]): readonly Crd[] {
  const crds = documents.filter((document) => document !== null && document !== undefined);
  if (!crds.every(isCrd)) {
    throw new Error(
      "recover:clickhouseOperator.install.crds holds something that is no CustomResourceDefinition of " +
        `apiextensions.k8s.io/v1: only definitions are installed from there. ${take}`,
    );
  }
  const names = crds.map(({ metadata }) => metadata.name);
  const missing = needed.filter((name) => !names.includes(name));
  const strange = names.filter(
    (name, index) => !needed.includes(name) || names.indexOf(name) < index,
  );
  if (missing.length > 0 || strange.length > 0) {
    throw new Error(
      `recover:clickhouseOperator.install.crds: ` +
        [
          ...(missing.length > 0 ? [`${missing.join(", ")} missing`] : []),
          ...(strange.length > 0 ? [`${strange.join(", ")} unknown or twice`] : []),
        ].join("; ") +
        `. ${take}`,
    );
  }
  for (const { metadata } of crds) {
    const group = metadata.name.slice(metadata.name.indexOf(".") + 1);
    const version = metadata.labels?.[`${group}/chop`];
    if (version !== operatorVersion) {
      throw new Error(
        `recover:clickhouseOperator.install.crds: ${metadata.name} is of operator ${version ?? "unknown"}, ` +
          `the operator is ${operatorVersion}: fields that it needs would be dropped. ${take}`,
      );
    }
  }
  return crds;
}

function isCrd(document: unknown): document is Crd {
  const { apiVersion, kind, metadata, spec } = document as Partial<Crd>;
  return (
    apiVersion === "apiextensions.k8s.io/v1" &&
    kind === "CustomResourceDefinition" &&
    typeof metadata?.name === "string" &&
    typeof spec === "object"
  );
}

async function read(path: string): Promise<string> {
  try {
    if (!(await stat(path)).isDirectory()) {
      return await readFile(path, "utf8");
    }
    const files = (await readdir(path)).filter((file) => /\.ya?ml$/.test(file)).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(path, file), "utf8")));
    return texts.join("\n---\n");
  } catch (error) {
    throw new Error(
      `recover:clickhouseOperator.install.crds.path: ${path} cannot be read. Download ${published.url} there, ` +
        "or correct the path; it is taken from the project's folder.",
      { cause: error },
    );
  }
}

async function download({ url, sha256 }: { readonly url: string; readonly sha256: string }) {
  if (!url.startsWith("https://") || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new Error(
      `recover:clickhouseOperator.install.crds: ${url} with sha256 ${JSON.stringify(sha256)} is not an https ` +
        "address with the checksum of what it answers (64 hex digits, sha256sum prints them).",
    );
  }
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(unanswered(url, "it does not answer"), { cause: error });
  });
  if (!response.ok) {
    throw new Error(unanswered(url, `it answers ${response.status}`));
  }
  const body = Buffer.from(await response.arrayBuffer());
  const found = createHash("sha256").update(body).digest("hex");
  if (found !== sha256) {
    throw new Error(
      `recover:clickhouseOperator.install.crds: ${url} answers something with sha256 ${found}, not ${sha256}. ` +
        "Look at what changed there, then correct the checksum.",
    );
  }
  return body.toString("utf8");
}

function unanswered(url: string, what: string): string {
  return (
    `recover:clickhouseOperator.install.crds.url: ${url}: ${what}. ` +
    'Keep the file in your repository and set {"path": "that file"} instead.'
  );
}
