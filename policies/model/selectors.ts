import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import { NotKnown, orNotKnown, unknown, type Reader, type Tree } from "./value.ts";

export const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

/**
 * A label selector takes these labels: every entry of matchLabels, every expression. An empty one takes
 * all, as network policies and disruption budgets mean it.
 *
 * @throws NotKnown
 */
export function selects(selector: Reader, labels: Reader): boolean {
  const wanted = selector.at("matchLabels");
  const byLabel = wanted
    .keys("")
    .every((key) => labels.entry(key)?.string("") === wanted.entry(key)?.string(""));
  return byLabel && selector.list("matchExpressions").every((each) => holds(each, labels));
}

function holds(expression: Reader, labels: Reader): boolean {
  const value = labels.entry(String(expression.string("key")))?.string("");
  const values: readonly (string | undefined)[] = expression.strings("values");
  switch (expression.string("operator")) {
    case "In":
      return values.includes(value);
    case "NotIn":
      return !values.includes(value);
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}

/** Labels of a workload's pods. */
export function podLabels(workload: Resource): Reader {
  return workload.at("spec.template.metadata.labels");
}

/** Objects of that type in the workload's namespace whose selector takes its pods. @throws NotKnown */
export function selecting(
  workload: Resource,
  type: string,
  selector: string,
  stack: Stack,
): Resource[] {
  const labels = podLabels(workload);
  const answers = stack.of(type).map((object) => ({
    object,
    takes: orNotKnown(
      () =>
        object.has(selector) &&
        sameNamespace(object, workload) &&
        selects(object.at(selector), labels),
    ),
  }));
  const found = answers.filter(({ takes }) => takes === true).map(({ object }) => object);
  // One that is known to take them answers; one that may does only when there is no other.
  const open = answers.map(({ takes }) => takes).find((each) => each instanceof NotKnown);
  if (found.length === 0 && open !== undefined) throw open;
  return found;
}

/** @throws NotKnown when neither the names nor where they come from tell */
export function sameNamespace(a: Resource, b: Resource): boolean {
  const [first, second] = [namespaceOf(a), namespaceOf(b)];
  if (first !== unknown && second !== unknown) return first === second;
  const [from, other] = [a, b].map(({ facts }) => facts.propertyDependencies["metadata"]);
  // Both take it from the same resource.
  if (first === second && from?.some((urn) => other?.includes(urn)) === true) return true;
  throw new NotKnown(`whether ${a.label} is in the namespace of ${b.label} is not known yet`);
}

/** Its own, else its provider's, else the one that Kubernetes takes. */
export function namespaceOf(object: Resource): Tree {
  return object.peek("metadata.namespace") ?? object.provider?.peek("namespace") ?? "default";
}
