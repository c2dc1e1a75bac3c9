import { describe, expect, test } from "vitest";
import { configOf } from "../tests/components/mocks.ts";
import { protectionsOff, readLocalSettings, refuseUnknown } from "./settings.ts";

const base = { role: "primary", region: "east", standbyRegion: "west" };

describe("settings", () => {
  test("defaults are filled in, durations become seconds, paths become absolute", () => {
    const settings = readLocalSettings(configOf(base), "/project");
    expect(settings).toMatchObject({
      archiveFlush: 5,
      partitions: 6,
      kafkaMode: "zookeeper",
      dataDir: "/project/.data",
      lease: { ttl: 15, renew: 3, clockMargin: 5 },
      replicationLag: { min: 1, max: 30 },
      recoveries: [],
    });
  });

  test("a protection that is off is told with its reason", () => {
    expect(protectionsOff(readLocalSettings(configOf(base), "/project"))).toEqual([]);
    const off = { ...base, incrementalBackups: { off: "nothing changes here" } };
    expect(protectionsOff(readLocalSettings(configOf(off), "/project"))).toEqual([
      "recover:incrementalBackups is off: nothing changes here",
    ]);
  });

  test("an empty text is a setting that was left out", () => {
    const settings = readLocalSettings(
      configOf({ ...base, vaultEndpoint: "", takeoverReason: "" }),
      "/project",
    );
    expect(settings).toEqual(readLocalSettings(configOf(base), "/project"));
  });

  test("one part of an object is set alone, the others keep their defaults", () => {
    const { lease } = readLocalSettings(
      configOf({ ...base, lease: { ttl: "30 seconds" } }),
      "/project",
    );
    expect(lease).toEqual({ ttl: 30, renew: 3, clockMargin: 5 });
  });

  test.each([
    ["no role", { ...base, role: undefined }, /recover:role/],
    ["an unknown role", { ...base, role: "leader" }, /recover:role/],
    ["equal regions", { ...base, standbyRegion: "east" }, /copy beside the original/],
    ["too few partitions", { ...base, partitions: 3 }, /recover:partitions/],
    ["a bad duration", { ...base, archiveFlush: "5s" }, /for example "15 seconds"/],
    [
      "a lease that one slow renewal loses",
      { ...base, lease: { ttl: "9 seconds", renew: "4 seconds", clockMargin: "1 second" } },
      /a third of lease\.ttl/,
    ],
    ["protection off without a reason", { ...base, fullBackups: { off: "no" } }, /fullBackups/],
    [
      "a negative control outside of a drill",
      { ...base, negativeControl: "skip-fence" },
      /recover:negativeControl.*drill/,
    ],
    ["an unknown part", { ...base, lease: { tll: "30 seconds" } }, /recover:lease.*tll/],
    [
      "a recovery in place of a standby",
      { ...base, role: "standby", recoveries: ["postgres"] },
      /destroyed and recovers again/,
    ],
    [
      "a recovery of an ensemble that there is not",
      { ...base, kafkaMode: "kraft", recoveries: ["zookeeper"] },
      /KRaft mode has no ensemble/,
    ],
    ["an unknown recovery", { ...base, recoveries: ["kafka"] }, /recoveries/],
  ])("%s is refused by name and nothing is changed", (_, values, message) => {
    expect(() => readLocalSettings(configOf(values), "/project")).toThrow(message);
    expect(() => readLocalSettings(configOf(values), "/project")).toThrow(/nothing was changed/);
  });

  test.each([
    [{ role: undefined }, /recover:role: is not set/],
    [{ archiveFlush: "0 seconds" }, /recover:archiveFlush: must be longer than nothing/],
    [{ archiveFlush: "5" }, /recover:archiveFlush: write a number and a unit/],
    [{ fullBackups: { cron: "99 3 * * *" } }, /recover:fullBackups.cron: write five fields/],
    [{ fullBackups: { cron: "0 0 3 * * *" } }, /recover:fullBackups.cron: write five fields/],
    [{ fullBackups: "daily" }, /recover:fullBackups: write \{cron:/],
    [{ fullBackups: { off: "short" } }, /recover:fullBackups.off: a protection is turned off/],
    [{ lease: { tll: "30 seconds" } }, /recover:lease: Unrecognized key: "tll"/],
  ])("%j is refused by its name", (values, message) => {
    expect(() => readLocalSettings(configOf({ ...base, ...values }), "/project")).toThrow(message);
  });

  test("a slip in a setting's name is refused, other namespaces are not ours", () => {
    const good = ["recover:role", "recover:vaultSecretAccessKey", "aws:region", "pulumi:tags"];
    expect(() => {
      refuseUnknown(good);
    }).not.toThrow();
    expect(() => {
      refuseUnknown([...good, "recover:archiveFlsh"]);
    }).toThrow("recover:archiveFlsh: there is no such setting");
  });
});
