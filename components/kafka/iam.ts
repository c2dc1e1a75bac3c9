/** An IAM policy document, as far as the project writes them. */
export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

export function policy(...statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Every action on a consumer group: reading its offsets or members, moving them, deleting it. */
export const GROUP_ACTIONS = [
  "kafka-cluster:AlterGroup",
  "kafka-cluster:DeleteGroup",
  "kafka-cluster:DescribeGroup",
] as const;

/**
 * Whether a document lets an action through, at worst: an `Allow` counts whatever its condition, a
 * `Deny` only when it has none.
 *
 * @throws Error for elements that it does not judge (`NotAction`, `NotResource`): silence would be a yes
 */
export function allows(document: PolicyDocument, action: string, resource: string): boolean {
  let allowed = false;
  for (const statement of document.Statement) {
    for (const name of ["NotAction", "NotResource", "NotPrincipal"]) {
      if (name in statement) {
        throw new Error(
          `A policy statement has ${name}, which is not judged here: nobody could tell whom it lets in. ` +
            "Write Action and Resource.",
        );
      }
    }
    const actions = list(statement.Action).map((each) => each.toLowerCase());
    if (!actions.some((pattern) => matches(pattern, action.toLowerCase()))) continue;
    if (!list(statement.Resource ?? "*").some((pattern) => matches(pattern, resource))) continue;
    if (statement.Effect === "Allow") allowed = true;
    else if (statement.Condition === undefined) return false;
  }
  return allowed;
}

/** Which actions on this consumer group the document lets through. */
export function groupAccess(document: PolicyDocument, groupArn: string): string[] {
  return GROUP_ACTIONS.filter((action) => allows(document, action, groupArn));
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** `*` stands for any text, `?` for one character; slashes and colons are text. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .split("")
    .map((c) => (c === "*" ? ".*" : c === "?" ? "." : c.replace(/[.+^${}()|[\]\\]/g, "\\$&")))
    .join("");
  return new RegExp(`^${source}$`, "s").test(text);
}
