import { describe, expect, test } from "vitest";
import { postgresNames } from "./role-names.ts";

describe("names of database and roles", () => {
  test("have defaults", () => {
    expect(postgresNames.parse({})).toEqual({
      database: "posthog",
      roles: {
        application: "posthog_app",
        readOnly: "posthog_read",
        backup: "posthog_backup",
      },
    });
  });

  test.each([
    "rdsadmin",
    "rds_superuser",
    "pg_read_all_data",
    "postgres",
    "public",
    "Posthog",
    "1app",
    "app-1",
    "a".repeat(64),
    "",
    "recover_heartbeat",
  ])("may not be %j", (name) => {
    expect(postgresNames.safeParse({ database: name }).success).toBe(false);
    expect(postgresNames.safeParse({ roles: { application: name } }).success).toBe(false);
  });

  test("ask for nothing that RDS gives nobody", () => {
    const asked = { roles: { application: "app", superuser: true } };
    expect(postgresNames.safeParse(asked).error?.message).toMatch(/superuser/);
  });

  test("are three different roles", () => {
    const same = { roles: { application: "app", readOnly: "app" } };
    expect(postgresNames.safeParse(same).error?.message).toMatch(/a name of its own/);
  });
});
