import { z } from "zod";
import { UserError } from "../../scripts/command.ts";
import { deployment, logicalName, stateResource } from "../../scripts/tunnel/state.ts";

const exported = z.object({ version: z.number(), deployment: deployment.nullable() });

export interface StateResource extends z.infer<typeof stateResource> {
  /** Logical name. */
  readonly name: string;
  /** Of its AWS provider; undefined for what is none of AWS's. */
  readonly region: string | undefined;
}

/**
 * What a stack holds, by what `pulumi stack export` wrote.
 *
 * @param where the text comes from, for errors
 * @throws UserError when it is no exported state
 */
export function readState(text: string, where: string): readonly StateResource[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${where} is not JSON: ${(error as Error).message}`);
  }
  const parsed = exported.safeParse(value);
  if (!parsed.success) {
    throw new UserError(
      `${where} is no state of a stack: it lacks "deployment" with "resources". Give what ` +
        "`pulumi stack export --stack NAME --file FILE` wrote.",
    );
  }
  const all = parsed.data.deployment?.resources ?? [];
  const regions = new Map(
    all
      .filter(({ type }) => type === "pulumi:providers:aws")
      .map(({ urn, inputs }) => [urn, textOf(inputs["region"])]),
  );
  return all
    .filter(({ external, type }) => !external && type !== "pulumi:pulumi:Stack")
    .map((each) => ({
      ...each,
      name: logicalName(each),
      region: regions.get(providerUrn(each.provider)),
    }));
}

/** A reference is the provider's URN and its id. */
function providerUrn(reference = ""): string {
  return reference.split("::").slice(0, -1).join("::");
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
