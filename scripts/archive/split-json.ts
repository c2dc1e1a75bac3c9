const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const isSpace = (byte: number): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * The JSON objects of a byte stream, one after the other, each as its text: with newlines between them,
 * or none. A stream without a delimiter (`}{`) is what Firehose makes of records that bring none.
 *
 * @throws Error when there is anything else between two objects, or the last one is cut off
 */
export async function* splitJson(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  let open: Uint8Array[] = [];
  let depth = 0;
  let inString = false;
  let escaped = false;
  for await (const chunk of input) {
    let start = 0;
    // Bytes above 0x7f are parts of one character of UTF-8 and never equal one of these.
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] ?? 0;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === OPEN) {
        if (depth === 0) start = i;
        depth += 1;
      } else if (depth === 0) {
        if (!isSpace(byte)) throw new Error("there is something else between two JSON objects");
      } else if (byte === QUOTE) {
        inString = true;
      } else if (byte === CLOSE) {
        depth -= 1;
        if (depth > 0) continue;
        open.push(chunk.subarray(start, i + 1));
        yield Buffer.concat(open).toString("utf8");
        open = [];
      }
    }
    if (depth > 0) open.push(chunk.subarray(start));
  }
  if (depth > 0) throw new Error("its last JSON object is cut off");
}
