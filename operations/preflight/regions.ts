import { DescribeAvailabilityZonesCommand, DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import type { AwsSettings } from "../../stacks/settings.ts";
import type { RegionClients } from "./aws.ts";
import { asking, ok, red, type Row } from "./row.ts";

/** Whether the account has opted in to the stack's regions: one region knows it of all. */
export function regionsEnabled(
  { region, ec2 }: RegionClients,
  wanted: readonly string[],
): Promise<readonly Row[]> {
  const what = "regions enabled";
  return asking({ region, what, actions: ["ec2:DescribeRegions"] }, async () => {
    const { Regions: known = [] } = await ec2.send(
      new DescribeRegionsCommand({ AllRegions: true }),
    );
    return wanted.map((name) => {
      const status = known.find(({ RegionName }) => RegionName === name)?.OptInStatus;
      if (status === "opt-in-not-required" || status === "opted-in") {
        return ok(region, `region ${name}`, status);
      }
      return red(
        region,
        `region ${name}`,
        status ?? "no such region in this partition",
        status === undefined
          ? "Write a region that `aws ec2 describe-regions --all-regions` lists"
          : `aws account enable-region --region-name ${name}, which takes minutes to hours; until then nothing can be copied there`,
      );
    });
  });
}

/** The stack's zones, by the names that this account has for them. */
export function zonesThere(
  { region, ec2 }: RegionClients,
  { zones }: AwsSettings,
): Promise<readonly Row[]> {
  const what = "zones";
  return asking({ region, what, actions: ["ec2:DescribeAvailabilityZones"] }, async () => {
    const { AvailabilityZones: known = [] } = await ec2.send(
      new DescribeAvailabilityZonesCommand({ AllAvailabilityZones: true }),
    );
    const usable = known.flatMap(({ ZoneName: name, State: state, ZoneType: type }) =>
      name !== undefined && state === "available" && type === "availability-zone" ? [name] : [],
    );
    const missing = zones.filter((zone) => !usable.includes(zone));
    if (missing.length === 0) return [ok(region, what, zones.join(", "))];
    return [
      red(
        region,
        what,
        `${missing.join(", ")} not available to this account`,
        `Write three of ${usable.join(", ")} into recover:zones, before the stack exists`,
      ),
    ];
  });
}
