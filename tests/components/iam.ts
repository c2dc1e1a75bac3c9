/** A statement of an IAM or bucket policy, as far as ours use the language. */
interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

/** One call as IAM sees it. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  /** Condition keys that the call has; what is not here is absent. @default none */
  readonly context?: Readonly<Record<string, string>>;
}

const list = (value: string | readonly string[]): readonly string[] =>
  typeof value === "string" ? [value] : value;

function matches(pattern: string, value: string): boolean {
  const quoted = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll("*", ".*");
  return new RegExp(`^${quoted}$`, "s").test(value);
}

/**
 * IAM's operators as https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 * says: for an absent key a plain comparison is false, a negated one true.
 */
const operators: Record<
  string,
  (actual: string | undefined, wanted: readonly string[]) => boolean
> = {
  Null: (actual, [wanted]) => String(actual === undefined) === wanted,
  Bool: (actual, [wanted]) => actual === wanted,
  StringEquals: (actual, wanted) => actual !== undefined && wanted.includes(actual),
  StringNotEquals: (actual, wanted) => actual === undefined || !wanted.includes(actual),
  StringLike: (actual, wanted) =>
    actual !== undefined && wanted.some((pattern) => matches(pattern, actual)),
  ArnLike: (actual, wanted) =>
    actual !== undefined && wanted.some((pattern) => matches(pattern, actual)),
  NumericLessThan: (actual, [wanted]) => actual !== undefined && Number(actual) < Number(wanted),
};

function applies(statement: Statement, { action, resource, context = {} }: Call): boolean {
  return (
    list(statement.Action).some((pattern) => matches(pattern, action)) &&
    list(statement.Resource).some((pattern) => matches(pattern, resource)) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) => {
      const compare = operators[operator];
      if (compare === undefined) throw new Error(`no such operator in tests: ${operator}`);
      return Object.entries(keys).every(([key, wanted]) => compare(context[key], list(wanted)));
    })
  );
}

/**
 * Whether a policy document allows, refuses or does not speak of a call. A stand-in of our own for
 * AWS's evaluation: it knows just the parts of the language that our policies use.
 */
export function decide(policy: string, call: Call): "allow" | "deny" | "silent" {
  const { Statement: statements } = JSON.parse(policy) as { Statement: readonly Statement[] };
  const effects = statements.filter((each) => applies(each, call)).map(({ Effect }) => Effect);
  if (effects.includes("Deny")) return "deny";
  return effects.includes("Allow") ? "allow" : "silent";
}
