import { DescribeClusterVersionsCommand, paginateDescribeAddonVersions } from "@aws-sdk/client-eks";
import type { Asked } from "../stack/asked.ts";
import { pages, type RegionClients } from "./aws.ts";
import { each, of, textOf, type AskedHere } from "./offered.ts";
import { asking, note, ok, red, type Row } from "./row.ts";

/**
 * Version of Kubernetes, and of each add-on for it.
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html
 */
export function kubernetesOffered(
  { region, eks }: RegionClients,
  { asked }: AskedHere,
): Promise<readonly Row[]> {
  return each(of(asked, "aws:eks/cluster:Cluster"), async (cluster) => {
    const version = textOf(cluster, "version");
    const what = `Kubernetes ${version}`;
    const versions = await asking(
      { region, what, actions: ["eks:DescribeClusterVersions"] },
      async () => {
        const { clusterVersions: found = [] } = await eks.send(
          new DescribeClusterVersionsCommand({ clusterVersions: [version] }),
        );
        const known = found.find(({ clusterVersion }) => clusterVersion === version);
        // `status` is of former times: https://docs.aws.amazon.com/eks/latest/APIReference/API_ClusterVersionInformation.html
        const status = (known?.versionStatus ?? known?.status ?? "unknown here")
          .toUpperCase()
          .replaceAll("-", "_");
        const until = known?.endOfStandardSupportDate?.toISOString().slice(0, 10) ?? "?";
        const other = "Write another version and its add-ons into components/eks/versions.ts";
        if (status === "STANDARD_SUPPORT") {
          return [ok(region, what, `standard support until ${until}`)];
        }
        return status === "EXTENDED_SUPPORT"
          ? [
              note(
                region,
                what,
                `extended support since ${until}: the control plane costs six times as much`,
                other,
              ),
            ]
          : [red(region, what, status.toLowerCase(), other)];
      },
    );
    const addons = await each(of(asked, "aws:eks/addon:Addon"), (addon) =>
      addonOffered({ region, eks }, version, addon),
    );
    return [...versions, ...addons];
  });
}

/** https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html */
function addonOffered(
  { region, eks }: Pick<RegionClients, "region" | "eks">,
  kubernetesVersion: string,
  addon: Asked,
): Promise<readonly Row[]> {
  const [name, wanted] = [textOf(addon, "addonName"), textOf(addon, "addonVersion")];
  const what = `add-on ${name} ${wanted}`;
  return asking({ region, what, actions: ["eks:DescribeAddonVersions"] }, async () => {
    const addons = await pages(
      paginateDescribeAddonVersions({ client: eks }, { kubernetesVersion, addonName: name }),
      (page) => page.addons,
    );
    const offered = addons.flatMap(({ addonVersions = [] }) =>
      addonVersions.flatMap((each) => each.addonVersion ?? []),
    );
    if (offered.includes(wanted)) return [ok(region, what, `for Kubernetes ${kubernetesVersion}`)];
    return [
      red(
        region,
        what,
        offered.length === 0
          ? "no version for it here"
          : `offered: ${offered.slice(0, 4).join(", ")}`,
        "Write an offered version into components/eks/versions.ts, and try it in a rehearsal",
      ),
    ];
  });
}
