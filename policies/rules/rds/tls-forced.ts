import { z } from "zod";
import { defineRule, each, failIf, undecided } from "../../rule.ts";
import { aws } from "../../types.ts";

export default defineRule({
  id: "rds-tls-forced",
  severity: "high",
  title: "Databases refuse connections in the clear",
  remediation:
    "Put `rds.force_ssl=1` (PostgreSQL) or `require_secure_transport=ON` (MySQL, MariaDB) into the parameter group.",
  covers: ["CKV2_AWS_69", "SH-RDS.38"],
  url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
  config: z.strictObject({}),
  check: each([aws.dbInstance, aws.dbCluster], (database, { stack }) => {
    const cluster = database.type === aws.dbCluster;
    const path = cluster ? "dbClusterParameterGroupName" : "parameterGroupName";
    const postgres = database.string("engine")?.includes("postgres") === true;
    const name = postgres ? "rds.force_ssl" : "require_secure_transport";
    const group = stack.target(
      database,
      path,
      cluster ? aws.dbClusterParameterGroup : aws.dbParameterGroup,
    );
    const where = `set ${name}=${postgres ? "1" : "ON"}`;
    switch (group.kind) {
      case "resource": {
        const set = group.resource
          .list("parameters")
          .find((each) => each.string("name") === name)
          ?.string("value");
        // PostgreSQL 15 and later force it by default.
        const usual = atLeast15(String(group.resource.string("family")));
        return failIf(
          !(set === undefined ? usual : ["1", "on", "true"].includes(set.toLowerCase())),
          `${database.label} takes connections in the clear: in ${group.resource.label} ${where}`,
        );
      }
      case "nothing":
        return failIf(
          !(postgres && atLeast15(`postgres${String(database.string("engineVersion"))}`)),
          `${database.label} has no parameter group of its own: give it one and ${where}`,
        );
      default:
        return undecided(`the parameter group of ${database.label} is not in this stack`);
    }
  }),
});

/** Of a family such as `postgres15`, or a version behind `postgres`. */
function atLeast15(family: string): boolean {
  return Number(/postgres(?:ql)?(\d+)/.exec(family)?.[1] ?? 0) >= 15;
}
