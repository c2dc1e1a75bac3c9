import pRetry from "p-retry";

/** ClickHouse's HTTP port, by fetch() alone: the checker trusts no client library either. */
export interface Reader {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

async function ask(reader: Reader, sql: string): Promise<Response> {
  const response = await pRetry(() => post(reader, sql), {
    retries: 4,
    // A question that never got an answer is asked again; any answer counts, also a refusal.
    shouldRetry: ({ error }) => error instanceof TypeError && error.message === "fetch failed",
  }).catch((error: unknown) => {
    throw new Error(`ClickHouse at ${reader.url} does not answer: ${reasonOf(error)}\n${sql}`, {
      cause: error,
    });
  });
  if (!response.ok) {
    throw new Error(`ClickHouse answers ${response.status}: ${await response.text()}\n${sql}`);
  }
  return response;
}

function post({ url, username, password }: Reader, sql: string): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: sql,
    headers: { "X-ClickHouse-User": username, "X-ClickHouse-Key": password },
  });
}

/** fetch() says only that it failed; why is in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/** Every row of `FORMAT JSONCompactEachRow`, as they arrive. */
export async function* jsonRows(reader: Reader, sql: string): AsyncGenerator<unknown[]> {
  const decoder = new TextDecoder();
  let rest = "";
  const { body } = await ask(reader, `${sql} FORMAT JSONCompactEachRow`);
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") yield parse(line, sql);
  }
  if (rest.trim() !== "") yield parse(rest, sql);
}

/** A failure in the middle of an answer arrives as text among the rows. */
function parse(line: string, sql: string): unknown[] {
  try {
    return JSON.parse(line) as unknown[];
  } catch {
    throw new Error(`ClickHouse failed in the middle of its answer: ${line}\n${sql}`);
  }
}

/** The first row. */
export async function jsonRow(reader: Reader, sql: string): Promise<unknown[]> {
  for await (const row of jsonRows(reader, sql)) return row;
  throw new Error(`ClickHouse answers no row to ${sql}`);
}

/**
 * Rows of fixed size of `FORMAT RowBinary`, a chunk of whole rows at a time.
 *
 * @throws Error when the answer ends within a row: it was cut off
 */
export async function* binaryRows(
  reader: Reader,
  sql: string,
  rowBytes: number,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  const { body } = await ask(reader, `${sql} FORMAT RowBinary`);
  for await (const chunk of body ?? []) {
    const bytes = Buffer.concat([rest, chunk as Uint8Array]);
    const whole = bytes.length - (bytes.length % rowBytes);
    if (whole > 0) yield bytes.subarray(0, whole);
    rest = bytes.subarray(whole);
  }
  if (rest.length > 0) {
    throw new Error(`ClickHouse's answer was cut off: ${rest.toString().slice(0, 500)}\n${sql}`);
  }
}
