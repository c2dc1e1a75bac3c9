/**
 * Progress on the error output, so that a command's own output stays clean.
 * On a terminal the running step is one line that counts; elsewhere it says so every 15 s.
 */
export class Report {
  /** @param {NodeJS.WriteStream} [stream] */
  constructor(stream = process.stderr) {
    this.stream = stream;
    this.live = Boolean(stream.isTTY);
    /** @type {NodeJS.Timeout | undefined} */
    this.timer = undefined;
    this.step = "";
    this.detail = "";
    this.began = 0;
  }

  /** @param {string} text */
  line(text) {
    if (this.live) this.stream.write("\r\u001b[K");
    this.stream.write(`${text}\n`);
  }

  /** @param {string} step */
  start(step) {
    this.step = step;
    this.detail = "";
    this.began = Date.now();
    if (!this.live) this.line(`${step} …`);
    this.timer = setInterval(() => this.tick(), this.live ? 200 : 15_000);
    this.timer.unref();
  }

  /** @param {string} text what the step does just now */
  say(text) {
    this.detail = text;
    if (!this.live) this.line(`${this.step}: ${text}`);
  }

  tick() {
    const text = `${this.step}: ${this.detail || "working"}, ${this.seconds()} s`;
    if (this.live) this.stream.write(`\r\u001b[K${text.slice(0, (this.stream.columns ?? 80) - 1)}`);
    else this.line(text);
  }

  /** @param {string} result */
  end(result) {
    clearInterval(this.timer);
    this.line(`${this.step}: ${result} (${this.seconds()} s)`);
  }

  seconds() {
    return Math.round((Date.now() - this.began) / 1000);
  }
}
