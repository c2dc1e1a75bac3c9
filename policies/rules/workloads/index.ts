import type { Rule } from "../../rule.ts";
import capabilitiesAdded from "./capabilities-added.ts";
import capabilitiesDropped from "./capabilities-dropped.ts";
import claimsKept from "./claims-kept.ts";
import cronValid from "./cron-valid.ts";
import disruptionBudget from "./disruption-budget.ts";
import drainable from "./drainable.ts";
import hostNamespaces from "./host-namespaces.ts";
import hostPaths from "./host-paths.ts";
import hostPorts from "./host-ports.ts";
import imagesPinned from "./images-pinned.ts";
import kernelDefaults from "./kernel-defaults.ts";
import labels from "./labels.ts";
import namespaced from "./namespaced.ts";
import networkPolicy from "./network-policy.ts";
import noEscalation from "./no-escalation.ts";
import noToken from "./no-token.ts";
import notRoot from "./not-root.ts";
import probes from "./probes.ts";
import readOnlyRoot from "./read-only-root.ts";
import replicas from "./replicas.ts";
import resources from "./resources.ts";
import seccomp from "./seccomp.ts";
import secretsAsFiles from "./secrets-as-files.ts";
import spread from "./spread.ts";
import storageClass from "./storage-class.ts";
import unprivileged from "./unprivileged.ts";
import volumeTypes from "./volume-types.ts";
import volumesEncrypted from "./volumes-encrypted.ts";
import volumesRetained from "./volumes-retained.ts";

export const rules: readonly Rule[] = [
  capabilitiesAdded,
  capabilitiesDropped,
  claimsKept,
  cronValid,
  disruptionBudget,
  drainable,
  hostNamespaces,
  hostPaths,
  hostPorts,
  imagesPinned,
  kernelDefaults,
  labels,
  namespaced,
  networkPolicy,
  noEscalation,
  noToken,
  notRoot,
  probes,
  readOnlyRoot,
  replicas,
  resources,
  seccomp,
  secretsAsFiles,
  spread,
  storageClass,
  unprivileged,
  volumeTypes,
  volumesEncrypted,
  volumesRetained,
];
