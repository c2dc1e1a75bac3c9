import { styleText } from "node:util";

/** Tells a person what happens: plain lines with the time since the drill began. */
export class Progress {
  readonly #started = performance.now();
  readonly #live = process.stderr.isTTY;
  #status = "";

  /** Seconds since the drill began. */
  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Something that happened. */
  line(text: string): void {
    this.#write(`${styleText("dim", this.#clock(), { stream: process.stderr })}  ${text}\n`);
  }

  /** A part of the drill begins. */
  heading(text: string): void {
    this.line(styleText("bold", text, { stream: process.stderr }));
  }

  /** What goes on right now: one line that is written over; on no terminal it is left out. */
  status(text: string): void {
    if (!this.#live || text === this.#status) return;
    this.#status = text;
    const width = process.stderr.columns || 100;
    process.stderr.write(`\r\u001b[2K${`${this.#clock()}  ${text}`.slice(0, width - 1)}`);
  }

  #clock(): string {
    const seconds = Math.floor(this.seconds);
    return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`.padStart(5);
  }

  #write(text: string): void {
    process.stderr.write(this.#status === "" ? text : `\r\u001b[2K${text}`);
    this.#status = "";
  }
}
