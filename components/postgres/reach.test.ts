import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { parseEndpoint, probe, reachable, refuseWithoutEndpoint, tunnelCommand } from "./reach.ts";

const server = { host: "db.internal", port: 5432 };
const open = () => Promise.resolve(true);
const closed = () => Promise.resolve(false);

describe("a private server", () => {
  test("without an endpoint is refused, with both settings and the tunnel's command", () => {
    const refused = () => {
      refuseWithoutEndpoint({ isPrivate: true, stack: "prod" });
    };
    expect(refused).toThrow("recover:postgres.adminEndpoint");
    expect(refused).toThrow("recover:postgres.manageRoles");
    expect(refused).toThrow(tunnelCommand("prod"));
  });

  test("is managed through its endpoint", async () => {
    const reach = { isPrivate: true, adminEndpoint: "127.0.0.1:15432", stack: "prod" };
    refuseWithoutEndpoint(reach);
    expect(await reachable(server, reach, open)).toEqual({ host: "127.0.0.1", port: 15_432 });
  });

  test("whose tunnel is closed is named, with what opens it", async () => {
    const reach = { isPrivate: true, adminEndpoint: "127.0.0.1:15432", stack: "prod" };
    await expect(reachable(server, reach, closed)).rejects.toThrow(
      /does not answer at 127\.0\.0\.1:15432.*db\.internal:5432 is in a private network.*tunnel --stack prod.*manageRoles/s,
    );
  });
});

describe("a server that is not private", () => {
  test("is asked for nothing", async () => {
    const reach = { isPrivate: false, stack: "local" };
    refuseWithoutEndpoint(reach);
    expect(await reachable(server, reach, closed)).toEqual(server);
  });
});

test.each(["127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", ":5432", "a b:5432", "http://a:5432"])(
  "%j is no endpoint",
  (text) => {
    expect(() => parseEndpoint(text)).toThrow(/recover:postgres\.adminEndpoint .* is no endpoint/);
  },
);

test("the probe knows an open port from a closed one", async () => {
  const listening = createServer();
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const { port } = listening.address() as AddressInfo;
  expect(await probe({ host: "127.0.0.1", port })).toBe(true);
  await new Promise((resolve) => listening.close(resolve));
  expect(await probe({ host: "127.0.0.1", port })).toBe(false);
});
