/**
 * JSON with one form a value (RFC 8785: members sorted by UTF-16 code units, no white space,
 * ECMAScript's numbers and strings), so that a signature does not depend on who wrote the text.
 * Members that are undefined are left out, as in JSON.stringify.
 * @throws TypeError for what JSON or RFC 8785 has no form for: NaN, infinities, lone surrogates, functions.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case "string":
      // With the flag u a surrogate pair is one character: only lone ones match.
      if (/\p{Surrogate}/u.test(value))
        throw new TypeError("a lone surrogate has no canonical JSON");
      return JSON.stringify(value);
    case "number":
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
      return JSON.stringify(value);
    case "boolean":
      return String(value);
    case "object":
      break;
    default:
      throw new TypeError(`a ${typeof value} has no canonical JSON`);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}
