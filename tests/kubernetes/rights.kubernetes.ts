import { describe, expect, test } from "vitest";
import {
  definitionRules,
  namespaceRules,
  operator,
} from "../../components/clickhouse/operator-rights.ts";
import type { Account, Action } from "./client.ts";
import { serverWith } from "./install.ts";
import { manifestsOf, stacks } from "./manifests.ts";
import { never } from "./spoil.ts";

/** As RBAC really judges it, of the roles and bindings that the stacks ask for. */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Every single action that a rule grants. */
function actionsOf(rules: readonly Rule[]): Action[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames = [""], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((each) =>
        resourceNames.flatMap((name) =>
          verbs.map((verb): Action => {
            const [resource = "", subresource = ""] = each.split("/");
            return { group, resource, subresource, name, verb };
          }),
        ),
      ),
    ),
  );
}

const all = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const secrets = all.map((verb): Action => ({ resource: "secrets", verb }));

/** Ways to more than one has. */
const escalations: readonly Action[] = [
  { resource: "pods", verb: "create" },
  { resource: "pods", subresource: "exec", verb: "create" },
  { resource: "serviceaccounts", subresource: "token", verb: "create" },
  { resource: "serviceaccounts", verb: "impersonate" },
  { group: "apps", resource: "deployments", verb: "create" },
  { group: "batch", resource: "jobs", verb: "create" },
  { group: "batch", resource: "cronjobs", verb: "update" },
  ...["roles", "rolebindings", "clusterroles", "clusterrolebindings"].flatMap((resource) =>
    ["create", "update", "patch", "bind", "escalate"].map((verb): Action => ({
      group: "rbac.authorization.k8s.io",
      resource,
      verb,
    })),
  ),
];

for (const stack of ["prod", "dr in failover"]) {
  const settings = stacks[stack];
  if (settings === undefined) throw new Error(`no stack ${stack}`);
  const manifests = await manifestsOf(settings());
  const accounts = manifests
    .filter(({ kind }) => kind === "ServiceAccount")
    .map(({ metadata: { name, namespace = "" } }): Account => ({ name, namespace }));
  const own = manifests.find(({ kind }) => kind === "Namespace")?.metadata.name ?? "";
  const elsewhere = "kube-system";
  // He may what everybody may: ask about himself, and which kinds there are.
  const stranger: Account = { namespace: own, name: "somebody-whom-no-role-names" };
  const theOperator: Account = { namespace: own, name: operator };

  describe(stack, () => {
    const server = serverWith(manifests);

    /** Those of the actions that the account may do. */
    async function granted(account: Account, actions: readonly Action[]): Promise<Action[]> {
      const may = await Promise.all(actions.map((action) => server().client.may(account, action)));
      return actions.filter((_, index) => may[index]);
    }
    const within = (namespace: string, actions: readonly Action[]) =>
      actions.map((action) => ({ ...action, namespace }));

    test("has accounts of steps, of engines and of the operator", () => {
      const names = accounts.map(({ name }) => name);
      for (const name of ["recover-fence", "recover-backup", "zookeeper", "clickhouse", operator]) {
        expect(names).toContain(name);
      }
    });

    describe("an account that runs our pods may do nothing", () => {
      const ours = accounts.filter(({ namespace, name }) => namespace === own && name !== operator);
      test.each(ours.map((account) => [account.name, account] as const))(
        "%s",
        async (_, account) => {
          for (const namespace of [own, elsewhere, "default"]) {
            const rules = await server().client.rulesOf(account, namespace);
            expect(rules).toEqual(await server().client.rulesOf(stranger, namespace));
            expect(await granted(account, within(namespace, [...secrets, ...escalations]))).toEqual(
              [],
            );
          }
          expect(await granted(account, [...secrets, ...escalations])).toEqual([]);
        },
      );
    });

    describe("the operator", () => {
      const rights = actionsOf(namespaceRules);

      test("is told apart from somebody whom no role names", async () => {
        const rules = await server().client.rulesOf(theOperator, own);
        expect(rules).not.toEqual(await server().client.rulesOf(stranger, own));
      });

      test("may do all that its rights say, in its namespace", async () => {
        const asked = within(own, rights);
        expect(asked.length).toBeGreaterThan(40);
        expect(await granted(theOperator, asked)).toEqual(asked);
      });

      test.each([elsewhere, "default"])("may do none of it in %s", async (namespace) => {
        expect(await granted(theOperator, within(namespace, rights))).toEqual([]);
      });

      test("may do none of it in all namespaces at once", async () => {
        expect(await granted(theOperator, rights)).toEqual([]);
      });

      test("reads and writes secrets of its namespace alone", async () => {
        const verbs = (found: readonly Action[]) => found.map(({ verb }) => verb);
        expect(verbs(await granted(theOperator, within(own, secrets)))).toEqual([
          ...["get", "list", "watch", "create", "update", "delete"],
        ]);
        expect(await granted(theOperator, within(elsewhere, secrets))).toEqual([]);
        expect(await granted(theOperator, secrets)).toEqual([]);
      });

      test("has no way to more than that", async () => {
        for (const actions of [
          within(own, escalations),
          within(elsewhere, escalations),
          escalations,
        ])
          expect(await granted(theOperator, actions)).toEqual([]);
      });

      test("changes no Deployment but its own", async () => {
        const update = { group: "apps", resource: "deployments", verb: "update", namespace: own };
        expect(await server().client.may(theOperator, { ...update, name: operator })).toBe(true);
        expect(
          await server().client.may(theOperator, { ...update, name: "protection-lease-keeper" }),
        ).toBe(false);
      });

      test("looks at the one definition, and at no other", async () => {
        const looks = actionsOf(definitionRules);
        expect(looks.length).toBeGreaterThan(0);
        expect(await granted(theOperator, looks)).toEqual(looks);
        const [look] = looks;
        const others = [
          { ...look, name: "cars.example.com" },
          ...["list", "delete", "update"].map((verb) => ({ ...look, verb })),
        ] as Action[];
        expect(await granted(theOperator, others)).toEqual([]);
      });
    });

    test("the account that Pulumi logs in with may do everything, and runs no pod", async () => {
      const login = { namespace: elsewhere, name: "recover-operator" };
      const everything = [...secrets, ...escalations];
      expect(await granted(login, everything)).toEqual(everything);
      const elsewheres = manifests.filter(
        ({ kind, metadata: { namespace } }) =>
          /^(Job|CronJob|Deployment|StatefulSet)$/.test(kind) && namespace !== own,
      );
      expect(elsewheres).toEqual([]);
    });
  });
}

/** Else what is asked above would not hold for them. */
describe("asks for no right that dr in failover has not", () => {
  const rights = async (stack: string) =>
    (await manifestsOf((stacks[stack] ?? never(stack))()))
      .filter(({ kind }) => /^(Cluster)?Role(Binding)?$/.test(kind))
      .map(({ kind, metadata: { name, namespace }, ...rest }) =>
        JSON.stringify({ kind, name, namespace, ...rest }),
      );

  test.each(Object.keys(stacks).filter((stack) => /^dr in (?!failover)/.test(stack)))(
    "%s",
    async (stack) => {
      const asked = await rights(stack);
      expect(asked.length).toBeGreaterThan(0);
      const known = await rights("dr in failover");
      expect(asked.filter((each) => !known.includes(each))).toEqual([]);
    },
  );
});
