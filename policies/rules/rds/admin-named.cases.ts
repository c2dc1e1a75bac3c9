import type { Cases } from "../../testing/cases.ts";
import { notKnown } from "../../testing/builder.ts";
import { auroraCluster, database } from "../../testing/databases.ts";
import rule from "./admin-named.ts";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "both",
      stack: (s) => {
        database(s, { username: "acme" });
        auroraCluster(s, { masterUsername: "acme" });
      },
      of: ["db", "cluster"],
    },
  ],
  violation: [
    {
      title: "postgres",
      stack: (s) => database(s, { username: "postgres" }),
      says: "the administrator of Instance db is named postgres: set username",
    },
    {
      title: "admin",
      stack: (s) => auroraCluster(s, { masterUsername: "admin" }),
      says: "named admin: set masterUsername",
    },
  ],
  unknown: [{ title: "not known", stack: (s) => database(s, { username: notKnown() }) }],
  notApplicable: [{ title: "a restored one", stack: (s) => database(s), says: "from elsewhere" }],
};
export default cases;
