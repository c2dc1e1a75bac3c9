import { aws } from "../types.ts";
import type { Resource } from "./resource.ts";
import type { Stack } from "./stack.ts";
import { NotKnown, orNotKnown, unknown, type Reader } from "./value.ts";
import { wildcard } from "./wildcard.ts";

/**
 * A selection of AWS Backup takes the resource: by its ARN, a pattern, or its tags.
 *
 * @throws NotKnown when none is known to take it, and one may
 */
export function isSelected(resource: Resource, stack: Stack): boolean {
  const answers = stack
    .of(aws.backupSelection)
    .map((selection) => orNotKnown(() => takes(selection, resource)));
  if (answers.includes(true)) return true;
  const open = answers.find((each) => each instanceof NotKnown);
  if (open !== undefined) throw open;
  return false;
}

function takes(selection: Resource, resource: Resource): boolean {
  if (named(selection, "notResources", resource)) return false;
  if (selection.list("selectionTags").some((tag) => tagged(resource, tag))) return true;
  return named(selection, "resources", resource) && meets(selection, resource);
}

/** One of its ARNs or patterns is the resource's. */
function named(selection: Resource, list: string, resource: Resource): boolean {
  // Lists often hold ARNs that a preview does not know: where they come from is known.
  if (selection.facts.propertyDependencies[list]?.includes(resource.urn) === true) return true;
  const arn = resource.computed("arn");
  const verdicts = selection.list(list).map((each) => {
    const wanted = each.peek("");
    if (wanted === "*") return true;
    if (wanted === unknown || typeof arn !== "string") return undefined;
    return wildcard(String(each.string(""))).test(arn);
  });
  if (verdicts.includes(true)) return true;
  if (!verdicts.includes(undefined)) return false;
  throw new NotKnown(
    `whether ${list} of ${selection.label} name ${resource.label} is not known yet`,
  );
}

/** All conditions must hold. */
function meets(selection: Resource, resource: Resource): boolean {
  return selection.list("conditions").every((condition) => {
    const value = (each: Reader) => tagOf(resource, keyOf(each));
    // A tag that is not there is like nothing.
    const like = (each: Reader) => {
      const is = value(each);
      return is !== undefined && wildcard(String(each.string("value"))).test(is);
    };
    return (
      condition.list("stringEquals").every((each) => value(each) === each.string("value")) &&
      condition.list("stringNotEquals").every((each) => value(each) !== each.string("value")) &&
      condition.list("stringLikes").every(like) &&
      condition.list("stringNotLikes").every((each) => !like(each))
    );
  });
}

function tagged(resource: Resource, tag: Reader): boolean {
  return tagOf(resource, keyOf(tag)) === tag.string("value");
}

function keyOf(entry: Reader): string {
  return String(entry.string("key")).replace("aws:ResourceTag/", "");
}

/** Its own tag, else one that its provider adds to all: that one is kept as JSON. */
function tagOf(resource: Resource, key: string): string | undefined {
  return (
    resource.at("tags").entry(key)?.string("") ??
    resource.provider?.json("defaultTags")?.at("tags").entry(key)?.string("")
  );
}
