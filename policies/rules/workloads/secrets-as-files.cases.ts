import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated, type Container } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./secrets-as-files.ts";

type Env = Exclude<Container["env"], undefined>;
const web = (s: StackBuilder, env: Env) => deployment(s, "web", { container: { env } });
const secret = (name: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: "login", key: "password" } },
});

const cases: Cases = {
  rule,
  pass: [
    {
      title: "none, files, and what is no secret",
      stack: (s) => {
        statefulSet(s, "db", {
          pod: { volumes: [{ name: "login", secret: { secretName: "login" } }] },
        });
        deployment(s, "web", {
          container: {
            env: [
              { name: "LEVEL", value: "info" },
              { name: "MODE", valueFrom: { configMapKeyRef: { name: "web", key: "mode" } } },
            ],
            envFrom: [{ configMapRef: { name: "web" } }],
          },
        });
      },
      of: ["db", "web"],
    },
  ],
  violation: [
    {
      title: "two variables",
      stack: (s) => {
        web(s, [secret("PASSWORD"), { name: "LEVEL", value: "info" }, secret("TOKEN")]);
        statefulSet(s, "db");
      },
      says: "container web of Deployment web has secrets in PASSWORD, TOKEN: mount them as files instead of spec.template.spec.containers.0.env",
      of: ["web"],
    },
    {
      title: "a whole Secret",
      stack: (s) =>
        deployment(s, "web", { container: { envFrom: [{ secretRef: { name: "login" } }] } }),
      says: "container web of Deployment web has a whole Secret in its environment: mount it",
    },
  ],
  unknown: [
    {
      title: "not known",
      stack: (s) => web(s, notKnown()),
      says: "spec.template.spec.containers.0.env of Deployment web is not known",
    },
  ],
  notApplicable: [
    {
      title: "an operator's pods, whose settings are read from the environment",
      stack: (s) => operated(s, { env: [secret("PASSWORD")] }),
      says: "runs no such pods",
    },
  ],
};
export default cases;
