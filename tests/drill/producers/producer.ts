/** A producer as a process of its own: told over IPC what to do, outlives both regions. */
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../random.ts";
import { AckLogWriter, type AckBatch } from "./acklog.ts";
import { loadDataset } from "./dataset.ts";
import { EventMaker, uuidText, type Message } from "./events.ts";
import { Pacer } from "./pace.ts";
import type { FromProducer, KafkaTarget, ProducerSettings, ToProducer } from "./protocol.ts";
import { Sender } from "./sender.ts";

const bigBytes = 1_000_000;
/** Neither client splits a send: a request stays well under the broker's 1 MiB a partition. */
const sendBytes = 700_000;

class Producer {
  readonly #settings: ProducerSettings;
  readonly #log: AckLogWriter;
  readonly #maker: EventMaker;
  readonly #pacer = new Pacer(Date.now());
  #target: KafkaTarget;
  #sender: Sender | undefined;
  #stopping = false;
  #made = 0;
  #counts = { acknowledged: 0, aborted: 0, inDoubt: 0, poison: 0, lastAckAt: 0, lastUuid: "" };

  constructor(settings: ProducerSettings, target: KafkaTarget) {
    this.#settings = settings;
    this.#target = target;
    this.#log = new AckLogWriter(settings.ackLog);
    this.#maker = new EventMaker({
      seed: `${settings.seed}/${settings.name}`,
      dataset: loadDataset(),
      random: seededRandom(`${settings.seed}/${settings.name}`),
    });
  }

  hear(message: ToProducer): void {
    if (message.type === "teams") this.#maker.addTeams(message.teams);
    if (message.type === "pace") this.#pacer.set(message.pace, Date.now());
    if (message.type === "stop") this.#stopping = true;
    if (message.type === "connect") {
      this.#target = message.target;
      this.#drop();
    }
  }

  async run(): Promise<void> {
    const ticker = setInterval(() => {
      say({ type: "counts", counts: this.#snapshot() });
    }, 500);
    while (!this.#stopping) {
      const count = this.#maker.ready ? this.#pacer.take(this.#settings.batch, Date.now()) : 0;
      if (count === 0) await sleep(20);
      else await this.#sendSome(count);
    }
    clearInterval(ticker);
    this.#drop();
    this.#log.close();
    say({ type: "stopped", counts: this.#snapshot() });
  }

  async #sendSome(count: number): Promise<void> {
    let batch: Message[] = [];
    let bytes = 0;
    for (let made = 0; made < count && !this.#stopping; made++) {
      this.#made++;
      const big = this.#settings.bigAt.includes(this.#made);
      const message = this.#maker.next(big ? bigBytes : undefined);
      if (batch.length > 0 && bytes + message.value.length > sendBytes) {
        await this.#sendBatch(batch);
        batch = [];
        bytes = 0;
      }
      batch.push(message);
      bytes += message.value.length;
    }
    if (batch.length > 0) await this.#sendBatch(batch);
  }

  async #sendBatch(messages: Message[]): Promise<void> {
    let sender: Sender;
    try {
      sender = this.#sender ??= await this.#connected();
    } catch (error) {
      say({ type: "trouble", message: String(error) });
      await sleep(500);
      return;
    }
    const { batches, trouble } = await sender.send(messages);
    this.#log.append(batches);
    for (const batch of batches) this.#count(batch);
    if (trouble === undefined) return;
    say({ type: "trouble", message: trouble.message });
    // A producer that failed may not go on with its sequence numbers: the next send gets a new one.
    if (this.#sender === sender) this.#drop();
    await sleep(300);
  }

  async #connected(): Promise<Sender> {
    const sender = new Sender(
      this.#settings,
      this.#target,
      seededRandom(`${this.#settings.seed}/${this.#settings.name}/partitions`),
    );
    try {
      await sender.connect();
    } catch (error) {
      void sender.disconnect().catch(() => undefined);
      throw error;
    }
    return sender;
  }

  #drop(): void {
    void this.#sender?.disconnect().catch(() => undefined);
    this.#sender = undefined;
  }

  #count(batch: AckBatch): void {
    const size = batch.records.length;
    if (batch.outcome === "aborted") this.#counts.aborted += size;
    if (batch.outcome === "in-doubt") this.#counts.inDoubt += size;
    if (batch.outcome !== "acknowledged") return;
    this.#counts.acknowledged += size;
    for (const record of batch.records) {
      this.#counts.lastAckAt = record.at;
      if (record.kind === "poison") this.#counts.poison++;
      else this.#counts.lastUuid = uuidText(record.uuid);
    }
  }

  #snapshot() {
    return { ...this.#counts, rssBytes: process.memoryUsage.rss() };
  }
}

function say(message: FromProducer): void {
  // A drill that is gone does not listen; `disconnect` ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

let producer: Producer | undefined;
process.on("message", (message: ToProducer) => {
  if (message.type === "start") {
    producer = new Producer(message.settings, message.target);
    void producer.run().then(() => {
      process.disconnect();
      // A client of a broker that is gone may keep a socket open; everything durable is written.
      setTimeout(() => process.exit(0), 1000).unref();
    });
  } else {
    producer?.hear(message);
  }
});
// Without its drill a producer has nobody to report to.
process.on("disconnect", () => {
  setTimeout(() => process.exit(0), 2000).unref();
});
