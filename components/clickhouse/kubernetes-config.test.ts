import { expect, test } from "vitest";
import { clickhouseServer } from "../../engines/clickhouse.ts";
import { vault } from "./fixture.ts";
import { profiles, serverFiles } from "./kubernetes-config.ts";

test("is configured as the local platform is: the same Kafka, profiles and backups", () => {
  const local = clickhouseServer({
    name: "x",
    home: "/x",
    httpPort: 1,
    tcpPort: 2,
    binary: "/clickhouse",
    admin: { username: "admin", password: "p" },
    reader: { username: "reader", password: "p" },
    disks: [{ name: "vault", ...vault, accessKeyId: "a", secretAccessKey: "s" }],
    kafka: { ca: "c", certificate: "c", privateKey: "k" },
  });
  const text = (path: string) => local.files?.find((file) => file.path === path)?.content ?? "";
  const files = serverFiles({ kafka: "scram", vault, vaultLogin: "keys" });
  const elements = (xml: string, section: string) =>
    new Set(
      [
        ...(new RegExp(`<${section}>.*</${section}>`, "s").exec(xml)?.[0] ?? "").matchAll(
          /<(\w+)>([^<>]*)<\/\1>/g,
        ),
      ].map(([all]) => all),
    );
  const login = /ssl_|security_protocol|sasl_|access_key/;
  for (const [section, file] of [
    ["kafka", "config.d/30-kafka.xml"],
    ["storage_configuration", "config.d/40-vault.xml"],
    ["s3", "config.d/40-vault.xml"],
    ["backups", "config.d/40-vault.xml"],
  ] as const) {
    const expected = [...elements(text("conf/config.xml"), section)].filter((e) => !login.test(e));
    const found = [...elements(files[file] ?? "", section)].filter((e) => !login.test(e));
    expect(expected.length).toBeGreaterThan(0);
    expect(found.sort()).toEqual(expected.sort());
  }
  const own = elements(text("conf/users.xml"), "profiles");
  expect([...own].join()).not.toContain("distributed_foreground_insert");
  for (const [path, value] of Object.entries(profiles)) {
    const name = path.split("/")[1] ?? "";
    expect([...own]).toContain(`<${name}>${value}</${name}>`);
  }
});
