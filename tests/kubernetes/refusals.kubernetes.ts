import { describe, expect, test } from "vitest";
import type { Manifest } from "./client.ts";
import { serverWith } from "./install.ts";
import { label, manifestsOf, skipped, stacks } from "./manifests.ts";
import { madeOf } from "./templates.ts";

/**
 * Positive controls: what is wrong on purpose is refused, in the API server's own words. Each takes a manifest
 * of the stack `prod`, which is accepted as it is, and spoils one place of it.
 */
const prod = await manifestsOf(stacks["prod"]?.() ?? never("the stack prod"));
const server = serverWith(prod);

function never(what: string): never {
  throw new Error(`${what} is not there`);
}

function find(kind: string, part = ""): Manifest {
  return (
    prod.find((each) => each.kind === kind && each.metadata.name.includes(part)) ??
    never(`a ${kind} ${part}`)
  );
}

/** A copy with another value at a path such as `spec.template.spec.hostNetwork`. */
function spoil(manifest: Manifest, path: string, value: unknown): Manifest {
  const copy = structuredClone(manifest);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const place = keys.reduce<Record<string, unknown>>(
    (at, key) => (at[key] ?? never(`${key} of ${path}`)) as Record<string, unknown>,
    copy as unknown as Record<string, unknown>,
  );
  if (value === undefined) Reflect.deleteProperty(place, last);
  else place[last] = value;
  return copy;
}

const container = "spec.template.spec.containers.0";
const cases: readonly (readonly [
  what: string,
  manifest: Manifest,
  path: string,
  value: unknown,
  words: RegExp,
])[] = [
  [
    "an unknown field of a pod",
    find("Job"),
    "spec.template.spec.hostNetwrk",
    true,
    /\.spec\.template\.spec\.hostNetwrk: field not declared in schema/,
  ],
  [
    "an unknown field of a container",
    find("StatefulSet"),
    `${container}.comand`,
    ["true"],
    /\.comand: field not declared in schema/,
  ],
  [
    "a port that there is not",
    find("Service", "zookeeper"),
    "spec.ports.0.port",
    70_000,
    /spec\.ports\[0\]\.port: Invalid value: 70000: must be between 1 and 65535/,
  ],
  [
    "a text where a number belongs",
    find("StatefulSet"),
    "spec.replicas",
    "three",
    /\.spec\.replicas: expected numeric/,
  ],
  [
    "a schedule that never comes",
    find("CronJob"),
    "spec.schedule",
    "61 * * * *",
    /spec\.schedule: Invalid value: "61 \* \* \* \*": .*61/,
  ],
  [
    "a time zone that there is not",
    find("CronJob"),
    "spec.timeZone",
    "Etc/Nowhere",
    /spec\.timeZone: Invalid value: "Etc\/Nowhere": unknown time zone/,
  ],
  [
    "a Job that starts its pods again for ever",
    find("Job"),
    "spec.template.spec.restartPolicy",
    "Always",
    /spec\.template\.spec\.restartPolicy: .*valid values: "OnFailure", "Never"/,
  ],
  [
    "a selector that finds other pods",
    find("Deployment"),
    "spec.selector.matchLabels",
    { app: "other" },
    /`selector` does not match template `labels`/,
  ],
  [
    "a mount without its volume",
    find("Deployment", "lease"),
    "spec.template.spec.volumes",
    [],
    /volumeMounts\[0\]\.name: Not found/,
  ],
  [
    "an amount of memory in words",
    find("Job"),
    `${container}.resources.requests.memory`,
    "much",
    /quantities must match the regular expression/,
  ],
  [
    "a network policy for a direction that there is not",
    find("NetworkPolicy"),
    "spec.policyTypes",
    ["Inward"],
    /spec\.policyTypes\[0\]: Unsupported value: "Inward"/,
  ],
  [
    "a role for resources of no group",
    find("Role"),
    "rules",
    [{ resources: ["secrets"], verbs: ["get"] }],
    /rules\[0\]\.apiGroups: Required value/,
  ],
  [
    "a namespace that is not there",
    find("ConfigMap"),
    "metadata.namespace",
    "elsewhere",
    /namespaces "elsewhere" not found/,
  ],
  [
    "a field that the operator does not know",
    find("ClickHouseInstallation"),
    "spec.configuration.clusterz",
    [],
    /\.spec\.configuration\.clusterz: field not declared in schema/,
  ],
  [
    "a value that the operator does not know",
    find("ClickHouseInstallation"),
    "spec.defaults.storageManagement.reclaimPolicy",
    "Keep",
    /reclaimPolicy: Unsupported value: "Keep"/,
  ],
  [
    "a number where the operator wants a text",
    find("ClickHouseInstallation"),
    "spec.configuration.zookeeper.nodes.0.host",
    1,
    /zookeeper\.nodes\[0\]\.host: expected string/,
  ],
];

describe("is refused", () => {
  for (const [what, manifest, path, value, words] of cases) {
    const why = skipped(manifest);
    test.skipIf(why !== "")(`${what} (${label(manifest)})${why}`, async () => {
      expect((await server().client.dryRun(manifest)).refusal).toBeUndefined();
      const answer = await server().client.dryRun(spoil(manifest, path, value));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.refusal).toMatch(words);
    });
  }
});

/** The namespace says `restricted`: https://kubernetes.io/docs/concepts/security/pod-security-standards */
describe("pods that Pod Security forbids", () => {
  const job = find("Job");
  const pod = madeOf(job)[0] ?? never("a pod of the Job");
  const restricted = /violates PodSecurity "restricted:latest"/;

  test.each([
    ["as root", "spec.securityContext.runAsNonRoot", false, /runAsNonRoot != true/],
    ["as user 0", "spec.securityContext.runAsUser", 0, /runAsUser=0/],
    ["with the node's network", "spec.hostNetwork", true, /host namespaces/],
    [
      "without a seccomp profile",
      "spec.securityContext.seccompProfile",
      undefined,
      /seccompProfile/,
    ],
    [
      "that may gain rights",
      "spec.containers.0.securityContext.allowPrivilegeEscalation",
      true,
      /allowPrivilegeEscalation != false/,
    ],
    ["with capabilities", "spec.containers.0.securityContext.capabilities", {}, /capabilities/],
    [
      "with a folder of the node",
      "spec.volumes.0",
      { name: "input", hostPath: { path: "/" } },
      /restricted volume types/,
    ],
  ])("%s are refused", async (_, path, value, words) => {
    expect((await server().client.dryCreate(pod)).refusal).toBeUndefined();
    const { status, refusal } = await server().client.dryCreate(spoil(pod, path, value));
    expect(status).toBe(403);
    expect(refusal).toMatch(restricted);
    expect(refusal).toMatch(words);
  });

  test("are warned of in the Job that would make them", async () => {
    const root = spoil(job, "spec.template.spec.securityContext.runAsNonRoot", false);
    const { refusal, warnings } = await server().client.dryRun(root);
    expect(refusal).toBeUndefined();
    expect(warnings.join()).toMatch(/would violate PodSecurity "restricted:latest".*runAsNonRoot/);
  });

  test("of an account that is not there are refused", async () => {
    const stranger = spoil(pod, "spec.serviceAccountName", "stranger");
    const { status, refusal } = await server().client.dryCreate(stranger);
    expect(status).toBe(403);
    expect(refusal).toMatch(/serviceaccount "stranger" not found/);
  });
});
