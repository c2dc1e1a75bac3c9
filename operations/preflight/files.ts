import { checkPlugin } from "../../components/archive/plugin.ts";
import { loadCrds } from "../../components/clickhouse/crds.ts";
import type { AwsSettings } from "../../stacks/settings.ts";
import type { Plugin } from "../stack/file.ts";
import { ok, red, type Row } from "./row.ts";

const here = "-";

/** The two files that are no part of this project, and what an example's file still says. */
export async function filesOf(
  settings: AwsSettings,
  plugin: Plugin | undefined,
): Promise<readonly Row[]> {
  return [...pluginFile(settings, plugin), ...(await definitions(settings)), ...examples(settings)];
}

function pluginFile({ archive }: AwsSettings, plugin: Plugin | undefined): Row[] {
  if (archive.kind !== "lenses" || plugin === undefined) return [];
  const what = "connector's file";
  try {
    checkPlugin(plugin);
    return [ok(here, what, plugin.path)];
  } catch (error) {
    return [red(here, what, "is not the pinned one", messageOf(error))];
  }
}

async function definitions({ clickhouseOperator }: AwsSettings): Promise<Row[]> {
  if (!("install" in clickhouseOperator)) return [];
  const what = "operator's definitions";
  try {
    const crds = await loadCrds(clickhouseOperator.install.crds);
    return [ok(here, what, `${crds.length} definitions`)];
  } catch (error) {
    return [red(here, what, "cannot be used", messageOf(error))];
  }
}

/** Values that only an example may have, by the setting that holds them. */
function examples({ images, cluster, alarms, account, trust }: AwsSettings): Row[] {
  const found: [setting: string, why: string][] = [];
  const zeros = Object.entries(images).filter(([, digest]) => /^sha256:0{60}/.test(digest));
  if (zeros.length > 0) {
    found.push([
      `images (${zeros.map(([name]) => name).join(", ")})`,
      "digests of zeros: no image has them; `docker buildx imagetools inspect` prints the real ones",
    ]);
  }
  const endpoint = "create" in cluster ? cluster.create.endpoint : undefined;
  // https://www.rfc-editor.org/rfc/rfc5737
  if (
    endpoint !== undefined &&
    "public" in endpoint &&
    endpoint.public.cidrs.some((cidr) => cidr.startsWith("203.0.113."))
  ) {
    found.push([
      "cluster.create.endpoint",
      "203.0.113.0/24 is for documentation: nobody would reach the cluster",
    ]);
  }
  if (alarms.emails.some((email) => /@example\.(com|org|net)$/.test(email))) {
    found.push(["alarms.emails", "example.com has no mailboxes: nobody would be told"]);
  }
  if (account === "123456789012") found.push(["account", "123456789012 is nobody's"]);
  if ("0123456789abcdef" in trust) {
    found.push(["trust", "the example's key signs no ledger: `npm run pair` writes the primary's"]);
  }
  return found.map(([setting, why]) =>
    red(here, `recover:${setting}`, "is the example's", `${why}. Write your own`),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
