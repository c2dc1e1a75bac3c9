import { expect, it } from "vitest";
import { archiveGroup } from "./source.ts";

it("asks the group of who archives how far that is, and nobody where none commits", () => {
  expect(archiveGroup({})).toBe("archiver");
  expect(archiveGroup({ archive: { kind: "archiver" } })).toBe("archiver");
  expect(archiveGroup({ archive: { kind: "connect", group: "connect-recover-e2" } })).toBe(
    "connect-recover-e2",
  );
  expect(archiveGroup({ archive: { kind: "firehose" } })).toBeUndefined();
});
