import pg from "pg";
import type { Rds } from "./postgres.ts";
import type { Maker, Properties, Told } from "./world.ts";

interface Server {
  readonly rds: Rds;
  readonly master: { readonly username: string; readonly password: string };
}

const name = pg.escapeIdentifier;

/** Stands in for the plugin of `@pulumi/postgresql`: what its resources say, as SQL of the same meaning. */
export function postgresqlMakers(serverOf: (told: Told) => Server): Record<string, Maker> {
  const statements =
    (
      database: (inputs: Properties) => string,
      sql: (inputs: Properties) => readonly string[],
    ): Maker =>
    async (told) => {
      if (told.method !== "create") return undefined;
      const { rds, master } = serverOf(told);
      const login = { user: master.username, password: master.password };
      await rds.as(login, database(told.inputs), async (client) => {
        // As the plugin does: catalogues take one change at a time.
        await client.query("SELECT pg_advisory_lock(1)");
        let all = sql(told.inputs);
        if (!all.some((statement) => statement.startsWith("CREATE DATABASE"))) {
          all = ["BEGIN", ...all, "COMMIT"];
        }
        for (const statement of all) await client.query(statement);
      });
      return undefined;
    };
  const inPostgres = () => "postgres";
  const inIts = ({ database }: Properties) => String(database);
  return {
    "postgresql:index/role:Role": statements(inPostgres, (inputs) => {
      const role = name(String(inputs["name"]));
      const of = (inputs["roles"] ?? []) as readonly string[];
      return [
        `CREATE ROLE ${role} ${inputs["login"] === true ? "LOGIN" : "NOLOGIN"}`,
        ...of.map((each) => `GRANT ${name(each)} TO ${role}`),
      ];
    }),
    "postgresql:index/database:Database": statements(inPostgres, (inputs) => {
      const owner = name(String(inputs["owner"]));
      // The master is no superuser: it may give what it is a member of.
      return [
        `GRANT ${owner} TO CURRENT_USER`,
        `CREATE DATABASE ${name(String(inputs["name"]))} OWNER ${owner}`,
      ];
    }),
    "postgresql:index/grant:Grant": statements(inIts, grant),
    "postgresql:index/defaultPrivileges:DefaultPrivileges": statements(inIts, (inputs) => [
      `ALTER DEFAULT PRIVILEGES FOR ROLE ${name(String(inputs["owner"]))} IN SCHEMA ` +
        `${name(String(inputs["schema"]))} GRANT ${list(inputs["privileges"])} ON TABLES TO ${name(String(inputs["role"]))}`,
    ]),
  };
}

function grant(inputs: Properties): readonly string[] {
  const { objectType, privileges, database, schema, objects } = inputs;
  const role = inputs["role"] === "public" ? "PUBLIC" : name(String(inputs["role"]));
  const tables = ((objects ?? []) as readonly string[]).map(
    (each) => `${name(String(schema))}.${name(each)}`,
  );
  const what =
    objectType === "database"
      ? `DATABASE ${name(String(database))}`
      : objectType === "schema"
        ? `SCHEMA ${name(String(schema))}`
        : tables.length > 0
          ? `TABLE ${tables.join(", ")}`
          : `ALL TABLES IN SCHEMA ${name(String(schema))}`;
  const given = list(privileges);
  return [
    `REVOKE ALL ON ${what} FROM ${role}`,
    ...(given === "" ? [] : [`GRANT ${given} ON ${what} TO ${role}`]),
  ];
}

function list(privileges: unknown): string {
  return ((privileges ?? []) as readonly string[]).join(", ");
}
