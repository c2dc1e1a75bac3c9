import { Pin, type PinArgs } from "../../components/local/pin.ts";
import { isRehearsal, type AwsSettings } from "../settings.ts";

/** What a stack keeps for its whole life: another value would make everything anew elsewhere, empty. */
export function pin(settings: AwsSettings): void {
  for (const args of pinsOf(settings)) new Pin(`pin-${args.setting}`, args);
}

export function pinsOf(settings: AwsSettings): readonly PinArgs[] {
  const { role, region, install, clickhouse, mode } = settings;
  return [
    {
      setting: "region",
      value: region,
      because:
        "a stack's region never changes. Everything would be made anew there, empty; a failback changes the roles " +
        "of the two stacks, not their regions.",
    },
    {
      setting: "install",
      value: install,
      because:
        "every name begins with it. Everything would be made anew, empty, beside what is there.",
    },
    ...(role === "standby" && mode === "pilot-light"
      ? []
      : [
          {
            setting: "clickhouse.shards",
            value: String(clickhouse.shards),
            because:
              "an event lies in the shard of its identity and is looked for there when it is delivered again; with " +
              "another number it would lie in two. Where a restore was refused because its backup is of another " +
              "number, nothing lies there yet: `pulumi state delete` this pin, then set it.",
          },
        ]),
    ...(role === "primary"
      ? []
      : [
          {
            setting: "mode",
            value: isRehearsal(settings) ? "drill" : "pilot-light or failover",
            because:
              "a drill is destroyed when it is over, and what waits for the day would go with it. It has a stack of its " +
              "own (`pulumi stack init drill`).",
          },
        ]),
  ];
}
