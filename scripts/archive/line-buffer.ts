/** A buffer doubles up to this step. */
const GROWTH_BYTES = 512 << 10;

/**
 * Lines of UTF-8 in one growing buffer: what waits for its object costs its bytes, and no garbage
 * collector's work. Cleared and used again.
 */
export class LineBuffer {
  #bytes: Buffer;
  #length = 0;
  #lines = 0;

  /** @param capacity bytes to begin with; doubled when needed. @default 64 KiB */
  constructor(capacity = 64 << 10) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Adds a line and its newline. */
  add(line: string): void {
    // At most three bytes a UTF-16 code unit; counted only where that might not fit.
    if (this.#length + line.length * 3 + 1 > this.#bytes.length) {
      this.#reserve(Buffer.byteLength(line) + 1);
    }
    this.#length += this.#bytes.write(line, this.#length);
    this.#bytes[this.#length] = 0x0a;
    this.#length += 1;
    this.#lines += 1;
  }

  /** Adds everything of another one. */
  append(other: LineBuffer): void {
    const view = other.view();
    this.#reserve(view.length);
    view.copy(this.#bytes, this.#length);
    this.#length += view.length;
    this.#lines += other.#lines;
  }

  /** The bytes themselves: valid until the next change. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
    this.#lines = 0;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = this.#bytes.length + Math.min(this.#bytes.length, GROWTH_BYTES);
    const larger = Buffer.allocUnsafe(Math.max(needed, grown));
    this.view().copy(larger);
    this.#bytes = larger;
  }
}

/** Buffers that are not in use: an archiver's partitions fill at different times. */
export class LineBufferPool {
  readonly #spare: LineBuffer[] = [];
  readonly #most: number;

  /** @param most how many unused ones are kept. @default 4 */
  constructor(most = 4) {
    this.#most = most;
  }

  take(): LineBuffer {
    return this.#spare.pop() ?? new LineBuffer();
  }

  giveBack(buffer: LineBuffer): void {
    if (this.#spare.length >= this.#most) return;
    buffer.clear();
    this.#spare.push(buffer);
  }
}
