import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";
import { connect, type ConnectionParts } from "../local/context.ts";
import { Key } from "../local/key.ts";
import { Step } from "../local/step.ts";
import { reachable, refuseWithoutEndpoint, type Probe } from "./reach.ts";
import { roleKinds, type PostgresNames, type RoleKind } from "./role-names.ts";

/**
 * Writes one table, and the backup is its member: two grants on tables to one role would each take the
 * other's away.
 */
const heartbeatRole = "recover_heartbeat";

/** The server whose roles these are, with its master user (on RDS no superuser). */
export interface RolesServer {
  readonly host: pulumi.Input<string>;
  readonly port: pulumi.Input<number>;
  readonly adminUser: pulumi.Input<string>;
  readonly adminPassword: pulumi.Input<string>;
  /** RDS refuses connections without. */
  readonly tls: boolean;
}

export interface PostgresRolesArgs {
  /** Who runs the command that sets passwords. */
  readonly base: ConnectionParts;
  readonly server: RolesServer;
  /** Names of the stack, for errors. */
  readonly stack: string;
  readonly names: PostgresNames;
  /** `restored`: database and roles came with the backup; they are adopted, and get new passwords. */
  readonly source: "new" | "restored";
  /** What runs Pulumi reaches the server by `adminEndpoint` alone. */
  readonly isPrivate: boolean;
  /** Setting `postgres.adminEndpoint`: the near end of a tunnel. @default the server itself */
  readonly adminEndpoint?: string;
  /** For tests. @default a TCP connection */
  readonly probe?: Probe;
}

export interface PostgresLogin {
  readonly username: string;
  /** Made once and kept in state; secret. */
  readonly password: pulumi.Output<string>;
}

/**
 * Database, roles and grants, the same on both platforms: the application owns, readers read, the backup reads
 * and writes its heartbeat. Passwords are set by a step of ours, after a restore too: Pulumi cannot adopt a
 * role together with a password that it does not know.
 *
 * @remarks Recovery: a restored database takes the new passwords, and those of the lost region end.
 */
export class PostgresRoles extends pulumi.ComponentResource {
  readonly logins: Readonly<Record<RoleKind, PostgresLogin>>;
  readonly database: postgresql.Database;
  /** Everything is granted and every login has its password. */
  readonly ready: Step;
  private readonly names: PostgresNames;
  private readonly child: pulumi.CustomResourceOptions;

  constructor(name: string, args: PostgresRolesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("recover:postgres:PostgresRoles", name, {}, opts);
    refuseWithoutEndpoint(args);
    const { names, server, source } = args;
    this.names = names;
    const endpoint = pulumi
      .all([server.host, server.port])
      .apply(([host, port]) => reachable({ host, port }, args, args.probe));
    const provider = this.provider(name, server, endpoint);
    // They live and end with the server: a destroy neither needs a tunnel nor drops data.
    this.child = { parent: this, provider, retainOnDelete: true };
    const adopt = (id: string) => (source === "restored" ? { import: id } : {});
    const heartbeat = new postgresql.Role(
      `${name}-role-heartbeat`,
      { name: heartbeatRole, login: false },
      { ...this.child, ...adopt(heartbeatRole) },
    );
    const roles = roleKinds.map(
      (kind) =>
        new postgresql.Role(
          `${name}-role-${kind}`,
          {
            name: names.roles[kind],
            login: true,
            roles: kind === "backup" ? [heartbeat.name] : [],
          },
          // The step below sets it.
          { ...this.child, ...adopt(names.roles[kind]), ignoreChanges: ["password"] },
        ),
    );
    this.database = new postgresql.Database(
      `${name}-database`,
      { name: names.database, owner: names.roles.application },
      { ...this.child, ...adopt(names.database), protect: true, dependsOn: roles },
    );
    const grants = this.grants(name, roles);
    this.logins = this.makeLogins(name);
    this.ready = this.setPasswords(name, args, endpoint, [...roles, ...grants]);
    this.registerOutputs({ logins: this.logins, database: this.database, ready: this.ready });
  }

  private provider(
    name: string,
    { adminUser, adminPassword, tls }: RolesServer,
    endpoint: pulumi.Output<{ readonly host: string; readonly port: number }>,
  ): postgresql.Provider {
    return new postgresql.Provider(
      `${name}-server`,
      {
        host: endpoint.host,
        port: endpoint.port,
        username: adminUser,
        password: adminPassword,
        database: "postgres",
        // A tunnel's end has another name than the certificate.
        sslmode: tls ? "require" : "disable",
        superuser: false,
        connectTimeout: 15,
      },
      { parent: this },
    );
  }

  private makeLogins(name: string): Readonly<Record<RoleKind, PostgresLogin>> {
    return Object.fromEntries(
      roleKinds.map((kind): [RoleKind, PostgresLogin] => {
        const key = new Key(`${name}-password-${kind}`, { kind: "password" }, { parent: this });
        return [kind, { username: this.names.roles[kind], password: pulumi.secret(key.value) }];
      }),
    ) as Record<RoleKind, PostgresLogin>;
  }

  /** Nobody connects but who is named; readers also read the tables that there will be. */
  private grants(name: string, roles: readonly pulumi.Resource[]): pulumi.Resource[] {
    const database = this.database.name;
    const opts = { ...this.child, dependsOn: [this.database, ...roles] };
    const grant = (suffix: string, args: Omit<postgresql.GrantArgs, "database">) =>
      new postgresql.Grant(`${name}-${suffix}`, { database, ...args }, opts);
    const readers = ["readOnly", "backup"] as const;
    return [
      grant("nobody", { role: "public", objectType: "database", privileges: [] }),
      ...roleKinds.map((kind) =>
        grant(`connect-${kind}`, {
          role: this.names.roles[kind],
          objectType: "database",
          privileges: kind === "application" ? ["CONNECT", "CREATE", "TEMPORARY"] : ["CONNECT"],
        }),
      ),
      ...readers.flatMap((kind) => {
        const of = { role: this.names.roles[kind], schema: "public" };
        return [
          grant(`schema-${kind}`, { ...of, objectType: "schema", privileges: ["USAGE"] }),
          grant(`tables-${kind}`, { ...of, objectType: "table", privileges: ["SELECT"] }),
          new postgresql.DefaultPrivileges(
            `${name}-future-${kind}`,
            {
              ...of,
              database,
              owner: this.names.roles.application,
              objectType: "table",
              privileges: ["SELECT"],
            },
            opts,
          ),
        ];
      }),
    ];
  }

  private setPasswords(
    name: string,
    { base, server }: PostgresRolesArgs,
    endpoint: pulumi.Output<{ readonly host: string; readonly port: number }>,
    dependsOn: pulumi.Resource[],
  ): Step {
    const postgres = pulumi
      .all([endpoint, server.adminUser, server.adminPassword])
      .apply(([{ host, port }, user, password]) => ({
        url: adminUrl(user, password, host, port, server.tls),
      }));
    const passwords = pulumi.secret(
      pulumi.output(
        Object.fromEntries(
          roleKinds.map((kind) => [this.names.roles[kind], this.logins[kind].password]),
        ),
      ),
    );
    return new Step(
      `${name}-logins`,
      {
        command: "postgres-logins",
        connection: connect({ ...base, postgres }),
        params: passwords.apply((all) => ({ passwords: all })),
      },
      { parent: this, dependsOn },
    );
  }

  /**
   * The backup writes its heartbeat once that table is there.
   * @param after what makes the tables
   */
  grantHeartbeat(name: string, after: pulumi.Resource): postgresql.Grant {
    return new postgresql.Grant(
      `${name}-heartbeat`,
      {
        database: this.database.name,
        role: heartbeatRole,
        schema: "public",
        objectType: "table",
        objects: ["recover_heartbeat"],
        privileges: ["SELECT", "INSERT", "UPDATE"],
      },
      { ...this.child, dependsOn: [after, this.ready] },
    );
  }
}

/**
 * Roles where this stack is to manage them; else a warning with the reason, and none.
 *
 * @param manageRoles setting `postgres.manageRoles`
 */
export function postgresRoles(
  name: string,
  manageRoles: true | { readonly off: string },
  args: PostgresRolesArgs,
  opts?: pulumi.ComponentResourceOptions,
): PostgresRoles | undefined {
  if (manageRoles === true) return new PostgresRoles(name, args, opts);
  void pulumi.log.warn(
    `recover:postgres.manageRoles is off: ${manageRoles.off}. Database, roles, grants and passwords of stack ` +
      `${args.stack} are made by hand.`,
  );
  return undefined;
}

/** For node-postgres, which would take `require` for a check of the certificate's name. */
export function adminUrl(
  user: string,
  password: string,
  host: string,
  port: number,
  tls: boolean,
): string {
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const options = tls ? "?uselibpqcompat=true&sslmode=require" : "";
  return `postgresql://${login}@${host}:${port}/postgres${options}`;
}
