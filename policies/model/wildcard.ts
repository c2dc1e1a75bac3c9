/** A pattern of AWS as a regular expression: `*` for any text, `?` for any one character. */
export function wildcard(pattern: string, flags = ""): RegExp {
  const literal = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`, flags);
}
