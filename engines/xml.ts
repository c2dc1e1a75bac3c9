/** One element with its text, escaped. */
export function element(name: string, value: string | number): string {
  const escaped = String(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
  return `<${name}>${escaped}</${name}>`;
}
