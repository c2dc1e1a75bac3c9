import { Pod } from "@pulumi/kubernetes/core/v1/pod.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import * as aws from "@pulumi/aws";
import type { Cases } from "../../testing/cases.ts";
import { notKnown, type StackBuilder } from "../../testing/builder.ts";
import { deployment, operated, type PodSpec } from "../../testing/pods.ts";
import { statefulSet } from "../../testing/workloads.ts";
import rule from "./no-token.ts";

const off = { automountServiceAccountToken: false };
const web = (s: StackBuilder, pod: Partial<PodSpec>) => deployment(s, "web", { pod });
const account = (s: StackBuilder, mounts: boolean | undefined, namespace = "data") =>
  s.add(ServiceAccount, `account-${namespace}`, {
    metadata: { name: "web", namespace },
    ...(mounts === undefined ? {} : { automountServiceAccountToken: mounts }),
  });
const subject = (name = "web", namespace = "data", kind = "ServiceAccount") => ({
  kind,
  name,
  namespace,
});
const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" };
const bind = (s: StackBuilder, subjects: ReturnType<typeof subject>[]) =>
  s.add(RoleBinding, "binding", { metadata: { namespace: "data" }, subjects, roleRef });
const serviceAccountName = "web";

const cases: Cases = {
  rule,
  pass: [
    {
      title: "off in the pod",
      stack: (s) => {
        statefulSet(s, "db", { pod: off });
        web(s, { ...off, serviceAccountName: "elsewhere" });
      },
      of: ["db", "web"],
    },
    {
      title: "off in its service account",
      stack: (s) => {
        account(s, false);
        web(s, { serviceAccountName });
      },
    },
  ],
  violation: [
    {
      title: "nothing set",
      stack: (s) => {
        statefulSet(s, "db", { pod: off });
        deployment(s, "web");
      },
      says: "Deployment web gets a token that it has no use for: set spec.template.spec.automountServiceAccountToken to false",
      of: ["web"],
    },
    {
      title: "an account without rights",
      stack: (s) => {
        account(s, undefined);
        web(s, { serviceAccountName });
      },
      says: "gets a token",
    },
    {
      title: "the pod wants what its account does not",
      stack: (s) => {
        account(s, false);
        web(s, { serviceAccountName, automountServiceAccountToken: true });
      },
      says: "gets a token",
    },
    {
      title: "another account of the namespace",
      stack: (s) => {
        s.add(ServiceAccount, "api", {
          metadata: { name: "api", namespace: "data" },
          automountServiceAccountToken: false,
        });
        account(s, true);
        web(s, { serviceAccountName });
      },
      says: "gets a token",
    },
    {
      title: "an account of that name in another namespace",
      stack: (s) => {
        account(s, false, "other");
        account(s, true);
        web(s, { serviceAccountName });
      },
      says: "gets a token",
    },
    {
      title: "rights of others: another name, another namespace, a user",
      stack: (s) => {
        account(s, true);
        bind(s, [subject("api"), subject("web", "other"), subject("web", "data", "User")]);
        web(s, { serviceAccountName });
      },
      says: "gets a token",
    },
  ],
  unknown: [
    {
      title: "the account is elsewhere, and so may be its rights",
      stack: (s) => web(s, { serviceAccountName }),
      says: "the service account web of Deployment web is not in this stack",
    },
    {
      title: "not known",
      stack: (s) => web(s, { automountServiceAccountToken: notKnown() }),
      says: "automountServiceAccountToken of Deployment web is not known",
    },
  ],
  notApplicable: [
    { title: "no pods", stack: (s) => s.add(aws.kms.Key, "key", {}) },
    {
      title: "it calls the API by a role",
      stack: (s) => {
        bind(s, [subject("api"), subject()]);
        web(s, { serviceAccountName });
      },
      says: "a role is bound to its service account web",
      of: ["web"],
    },
    {
      title: "it calls the API by a role of the cluster",
      stack: (s) => {
        account(s, true);
        s.add(ClusterRoleBinding, "binding", { subjects: [subject()], roleRef });
        web(s, { serviceAccountName });
      },
      says: "a role is bound",
    },
    {
      title: "both are in the default namespace, and only one says so",
      stack: (s) => {
        bind(s, [subject("default", "default")]);
        s.add(Pod, "shell", { spec: { containers: [{ name: "shell" }] } });
      },
      says: "a role is bound to its service account default",
      of: ["shell"],
    },
    { title: "an operator's own pods", stack: (s) => operated(s) },
  ],
};
export default cases;
