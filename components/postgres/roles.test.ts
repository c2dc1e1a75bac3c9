import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  only,
  recordAws,
  type Made,
  type RecordOptions,
} from "../../tests/components/aws-mocks.ts";
import { Step } from "../local/step.ts";
import { postgresNames } from "./role-names.ts";
import { adminUrl, PostgresRoles, postgresRoles, type PostgresRolesArgs } from "./roles.ts";

const args: PostgresRolesArgs = {
  base: { platform: "aws", stack: "prod", role: "primary", region: "eu-central-1", owner: "o" },
  server: {
    host: "db.internal",
    port: 5432,
    adminUser: "recover_admin",
    adminPassword: "of the master",
    tls: true,
  },
  stack: "prod",
  names: postgresNames.parse({}),
  source: "new",
  isPrivate: true,
  adminEndpoint: "127.0.0.1:15432",
  probe: () => Promise.resolve(true),
};
const outputs = Object.fromEntries(
  ["application", "readOnly", "backup"].map((kind) => [
    `recover:index:Key roles-password-${kind}`,
    { value: `password-of-${kind}-1234` },
  ]),
);

const record = (
  over: Partial<PostgresRolesArgs> = {},
  { dryRun = false }: RecordOptions = {},
  use: (roles: PostgresRoles) => unknown = () => undefined,
) =>
  recordAws(() => use(new PostgresRoles("roles", { ...args, ...over })), {
    dryRun,
    ...(dryRun ? {} : { outputs }),
  });

const index = (type: string) => `postgresql:index/${type}`;
const type = {
  role: index("role:Role"),
  database: index("database:Database"),
  grant: index("grant:Grant"),
  future: index("defaultPrivileges:DefaultPrivileges"),
};
const all = (made: readonly Made[]) =>
  made
    .filter((each) => /^(postgresql|recover):index/.test(each.type))
    .map((each) => `${each.type.split("/").at(-1) ?? ""} ${each.name}`)
    .sort();

describe.each([
  ["new", true],
  ["new", false],
  ["restored", true],
  ["restored", false],
] as const)("roles of a %s database (dry run %s)", (source, dryRun) => {
  let made: Made[];
  let imports: Record<string, string | undefined>;
  beforeAll(async () => {
    imports = {};
    made = await recordAws(
      () => {
        pulumi.runtime.registerStackTransformation(({ name, opts }) => {
          imports[name] = (opts as pulumi.CustomResourceOptions).import;
          return undefined;
        });
        return new PostgresRoles("roles", { ...args, source });
      },
      { dryRun, ...(dryRun ? {} : { outputs }) },
    );
  });

  test("are exactly these", () => {
    expect(all(made)).toEqual(
      [
        "role:Role roles-role-heartbeat",
        "database:Database roles-database",
        "grant:Grant roles-nobody",
        ...["application", "readOnly", "backup"].flatMap((kind) => [
          `role:Role roles-role-${kind}`,
          `grant:Grant roles-connect-${kind}`,
          `recover:index:Key roles-password-${kind}`,
        ]),
        ...["readOnly", "backup"].flatMap((kind) => [
          `grant:Grant roles-schema-${kind}`,
          `grant:Grant roles-tables-${kind}`,
          `defaultPrivileges:DefaultPrivileges roles-future-${kind}`,
        ]),
        "recover:index:Step roles-logins",
      ].sort(),
    );
  });

  test("live with their server: nothing is dropped by a destroy", () => {
    for (const each of made.filter(({ type: of }) => of.startsWith("postgresql:"))) {
      expect(each).toMatchObject({ retainOnDelete: true, parent: "roles" });
      expect(`${each.name} ${each.provider ?? ""}`).toBe(`${each.name} roles-server`);
    }
    expect(only(made, type.database).protect).toBe(true);
  });

  test("are adopted only where they came with a backup", () => {
    const adopted = (id: string) => (source === "restored" ? id : undefined);
    expect(imports).toMatchObject({
      "roles-role-application": adopted("posthog_app"),
      "roles-role-readOnly": adopted("posthog_read"),
      "roles-role-backup": adopted("posthog_backup"),
      "roles-role-heartbeat": adopted("recover_heartbeat"),
      "roles-database": adopted("posthog"),
    });
    expect(imports["roles-nobody"]).toBeUndefined();
  });

  test("have no password and no rights of a superuser among their inputs", () => {
    for (const kind of ["application", "readOnly", "backup"]) {
      const role = only(made, type.role, `roles-role-${kind}`);
      expect(Object.keys(role.inputs).sort()).toEqual(
        role.inputs["roles"] === undefined ? ["login", "name"] : ["login", "name", "roles"],
      );
      expect(role.inputs["login"]).toBe(true);
      expect(role.ignoreChanges).toEqual(["password"]);
    }
    expect(only(made, "pulumi:providers:postgresql").inputs).toMatchObject({
      superuser: "false",
      sslmode: "require",
    });
  });
});

describe("who may what", () => {
  let made: Made[];
  beforeAll(async () => {
    made = await record();
  });
  const grant = (name: string) => only(made, type.grant, `roles-${name}`).inputs;

  test("the application owns the database, nobody unnamed connects", () => {
    expect(only(made, type.database).inputs).toEqual({ name: "posthog", owner: "posthog_app" });
    expect(grant("nobody")).toEqual({
      database: "posthog",
      role: "public",
      objectType: "database",
      privileges: [],
    });
    expect(grant("connect-application")["privileges"]).toEqual(["CONNECT", "CREATE", "TEMPORARY"]);
  });

  test.each([
    ["readOnly", "posthog_read"],
    ["backup", "posthog_backup"],
  ])("%s reads, now and later, and writes nothing", (kind, role) => {
    expect(grant(`connect-${kind}`)).toMatchObject({ role, privileges: ["CONNECT"] });
    expect(grant(`schema-${kind}`)).toMatchObject({
      role,
      schema: "public",
      objectType: "schema",
      privileges: ["USAGE"],
    });
    expect(grant(`tables-${kind}`)).toMatchObject({
      role,
      objectType: "table",
      privileges: ["SELECT"],
    });
    expect(only(made, type.future, `roles-future-${kind}`).inputs).toEqual({
      database: "posthog",
      owner: "posthog_app",
      role,
      schema: "public",
      objectType: "table",
      privileges: ["SELECT"],
    });
  });

  test("the backup writes its heartbeat by a role of its own, once the table is there", async () => {
    const later = await record({}, {}, (roles) =>
      roles.grantHeartbeat("roles", new Step("schema", { command: "postgres-schema" })),
    );
    expect(only(later, type.role, "roles-role-backup").inputs["roles"]).toEqual([
      "recover_heartbeat",
    ]);
    const heartbeat = only(later, type.grant, "roles-heartbeat");
    expect(heartbeat.inputs).toMatchObject({
      role: "recover_heartbeat",
      objects: ["recover_heartbeat"],
      privileges: ["SELECT", "INSERT", "UPDATE"],
    });
    expect(heartbeat.dependsOn).toEqual(["schema", "roles-logins"]);
  });
});

describe("passwords", () => {
  test("are made once, secret, and set when every role is there", async () => {
    const made = await record();
    const step = only(made, "recover:index:Step");
    expect(step.inputs).toMatchObject({
      command: "postgres-logins",
      params: {
        passwords: {
          posthog_app: "password-of-application-1234",
          posthog_read: "password-of-readOnly-1234",
          posthog_backup: "password-of-backup-1234",
        },
      },
    });
    expect([...step.secrets].sort()).toEqual(["connection", "params"]);
    expect(step.dependsOn).toEqual(
      expect.arrayContaining(["roles-role-application", "roles-role-backup", "roles-nobody"]),
    );
    const { connection } = step.inputs as { connection: { postgres: { url: string } } };
    expect(connection.postgres.url).toBe(
      "postgresql://recover_admin:of%20the%20master@127.0.0.1:15432/postgres?uselibpqcompat=true&sslmode=require",
    );
  });

  test("are told to the application as secrets", async () => {
    const seen: unknown[] = [];
    await record({}, {}, ({ logins }) => {
      const { password, username } = logins.application;
      seen.push(username);
      (password as unknown as { isSecret: Promise<boolean> }).isSecret.then(
        (secret) => seen.push(secret),
        () => undefined,
      );
    });
    expect(seen).toEqual(["posthog_app", true]);
  });

  test("the provider's own is a secret too", async () => {
    const made = await record();
    const provider = only(made, "pulumi:providers:postgresql");
    expect(provider.inputs).toMatchObject({
      host: "127.0.0.1",
      port: "15432",
      username: "recover_admin",
    });
    expect(provider.secrets).toContain("password");
  });
});

describe("a server that this machine does not reach", () => {
  test("is refused in the preview, before anything is made", async () => {
    const made = await recordAws(
      () => {
        const { adminEndpoint: _, ...without } = args;
        expect(() => new PostgresRoles("roles", without)).toThrow(
          /recover:postgres\.adminEndpoint.*npm run dr -- tunnel --stack prod.*recover:postgres\.manageRoles/s,
        );
      },
      { dryRun: true },
    );
    expect(all(made)).toEqual([]);
  });

  test("may be managed by hand, with a reason that is said", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    try {
      const { adminEndpoint: _, ...without } = args;
      const made = await recordAws(() => {
        const off = { off: "our DBAs make them" };
        expect(postgresRoles("roles", off, without)).toBeUndefined();
      });
      expect(all(made)).toEqual([]);
      expect(warn.mock.calls.map(([text]) => text)).toEqual([
        expect.stringMatching(/manageRoles is off: our DBAs make them/),
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  test("is managed where manageRoles is true", async () => {
    const made = await recordAws(() => postgresRoles("roles", true, args), { outputs });
    expect(all(made)).toContain("recover:index:Step roles-logins");
  });
});

test("on this machine there is no TLS, and no tunnel", () => {
  expect(adminUrl("postgres", "a/b", "127.0.0.1", 5432, false)).toBe(
    "postgresql://postgres:a%2Fb@127.0.0.1:5432/postgres",
  );
});
