import { z } from "zod";

/** Roles of the platform, each with a login: who owns, who reads, who backs up. */
export const roleKinds = ["application", "readOnly", "backup"] as const;
export type RoleKind = (typeof roleKinds)[number];

/**
 * A name that PostgreSQL and RDS both take without quotes; RDS keeps some for itself.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
 */
const name = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, "lower-case letters, digits and _, at most 63, no digit first")
  .refine((text) => !/^(pg_|rds)/.test(text), 'names that begin with "pg_" or "rds" are reserved')
  .refine(
    (text) =>
      !["postgres", "public", "none", "template0", "template1", "recover_heartbeat"].includes(text),
    "this name is the server's own",
  );

/** Strict: on RDS nobody is a superuser, and no role of ours asks to be one anywhere. */
export const postgresNames = z
  .strictObject({
    database: name.default("posthog"),
    roles: z
      .strictObject({
        application: name.default("posthog_app"),
        readOnly: name.default("posthog_read"),
        backup: name.default("posthog_backup"),
      })
      .prefault({}),
  })
  .refine(({ roles }) => new Set(Object.values(roles)).size === roleKinds.length, {
    message: "each role needs a name of its own",
    path: ["roles"],
  });
export type PostgresNames = z.infer<typeof postgresNames>;
