import { hasUnknown, secret, type Properties } from "../../provider/values.ts";
import { account, outputsIn, secretOutputs } from "./answers.ts";
import { decided, ownerOf } from "./line.ts";
import type { Place } from "./names.ts";
import { journal, world } from "./powers.ts";

/** What is known once it is made. */
export async function outputsOf(
  region: string,
  place: Place,
  inputs: Properties,
): Promise<Properties> {
  const { type, name: resource } = place;
  const [pkg = "", module = ""] = type.split(":");
  const made = outputsIn(region);
  const service = module.split("/")[0] ?? "";
  const called = typeof inputs["name"] === "string" ? inputs["name"] : resource;
  const general =
    pkg === "aws"
      ? { arn: `arn:aws:${service}:${region}:${account}:${called}`, name: `${resource}-made` }
      : {};
  const all = {
    ...general,
    ...inputs,
    ...made[type],
    ...made[`${type} ${resource}`],
    ...(await ofTheLine(place, inputs)),
  };
  return Object.fromEntries(
    Object.entries(all).map(([key, value]) => [
      key,
      secretOutputs[type]?.includes(key) === true ? secret(value) : value,
    ]),
  );
}

/** What stands behind it, where something does. */
export async function told(
  region: string,
  method: "create" | "update" | "delete",
  place: Place,
  inputs: Properties,
): Promise<Properties> {
  if (world === undefined) return {};
  const body = JSON.stringify({ method, ...place, region, inputs });
  const answer = (await (await fetch(world, { method: "POST", body })).json()) as {
    outputs?: Properties;
    error?: string;
  };
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.outputs ?? {};
}

/** What is each stack's own, and who holds the line. */
export async function ofTheLine(
  place: Place,
  inputs: Properties,
  observe = false,
): Promise<Properties> {
  if (place.type === "recover:index:Key") {
    return inputs["kind"] === "id" ? { value: ownerOf(place.stack) } : {};
  }
  if (place.type !== "recover:index:Step" || journal === undefined) return {};
  const found = await decided(`${journal}-control`, place.name, inputs, observe);
  if (found === undefined) return {};
  const canned = outputsIn("")[place.type]?.["result"] ?? {};
  return { result: { ...canned, ...found } };
}

/** As the real provider: what must refuse an update is asked before it, in previews too. */
export async function guard(place: Place, inputs: Properties): Promise<void> {
  if (inputs["guard"] === true && !hasUnknown(inputs)) await ofTheLine(place, inputs, true);
}
