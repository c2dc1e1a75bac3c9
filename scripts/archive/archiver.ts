import { setTimeout as sleep } from "node:timers/promises";
import type { Consumer } from "kafkajs";
import pRetry from "p-retry";
import { type Context, UserError } from "../command.ts";
import { type Connection, requireParts } from "../connection.ts";
import { assertEpoch } from "../fence/epoch.ts";
import { keys } from "../fence/records.ts";
import { ObjectStore } from "../vault/s3.ts";
import { archiveConsumer, archiveProgress, topicIdentity } from "./source.ts";
import { isTransient, untilDone } from "./transient.ts";
import { ArchiveWriter, type WriterLimits, type WriterTotals } from "./writer.ts";

export interface ArchiverOptions extends WriterLimits {
  /** How often lag is measured, reported, and the fence looked at. */
  readonly statusSeconds: number;
  /** After this long without a heartbeat Kafka gives the partitions to another archiver. */
  readonly sessionTimeoutSeconds: number;
}

export interface ArchiverResult {
  readonly records: number;
  readonly objects: number;
  /** Compressed. */
  readonly bytes: number;
  /** Why it ended. */
  readonly ended: "asked to";
}

/**
 * Archives the events topic until the context's signal is aborted.
 * @throws UserError when a higher epoch holds the fence, the archive conflicts with Kafka, or a login is refused.
 */
export async function runArchiver(
  connection: Connection,
  options: ArchiverOptions,
  context: Context,
): Promise<ArchiverResult> {
  const { kafka, vault, control } = requireParts(connection, ["kafka", "vault", "control"]);
  const onTrouble = (message: string): void => {
    context.warn(message);
  };
  await untilDone(() => assertEpoch(connection), context.signal, onTrouble);
  const { clusterId, topicId } = await topicIdentity(kafka);
  const store = new ObjectStore(vault);
  const status = new ObjectStore(control);
  await untilDone(() => store.requireBucket(vault.archive), context.signal, onTrouble);

  let failure: unknown;
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const fail = (error: unknown): void => {
    failure ??= error;
    stop.abort();
  };
  const ended = (): boolean => signal.aborted;
  const totals: WriterTotals = { records: 0, objects: 0, bytes: 0, lastFlushAt: null };
  try {
    for (let first = true; !ended(); first = false) {
      const { writer, close } = await openSession(first);
      try {
        while (!ended() && !writer.closed.aborted) {
          await report();
          const until = AbortSignal.any([signal, writer.closed]);
          await sleep(options.statusSeconds * 1000, undefined, { signal: until }).catch(
            () => undefined,
          );
        }
        if (failure === undefined) await writer.drain();
      } finally {
        await close();
      }
      if (!ended()) context.progress("the group was joined anew: on from what is committed");
    }
  } finally {
    store.close();
    status.close();
  }
  if (failure !== undefined) throw failure as Error;
  const { records, objects, bytes } = totals;
  return { records, objects, bytes, ended: "asked to" };

  /**
   * One consumer, from joining the group until it would have to join again. kafkajs joins again by
   * itself beneath fetches that are under way (a broker moved, a rebalance): what those bring was
   * fetched behind records that the new assignment starts with. So a session ends there, and the next
   * one is a consumer of its own.
   */
  async function openSession(
    first: boolean,
  ): Promise<{ writer: ArchiveWriter; close: () => Promise<void> }> {
    const consumer = archiveConsumer(kafka, options.sessionTimeoutSeconds, onTrouble);
    const writer = new ArchiveWriter({
      consumer,
      store,
      bucket: vault.archive,
      place: {
        line: connection.line,
        epoch: connection.epoch,
        clusterId,
        topicId,
        topic: kafka.topic,
      },
      limits: options,
      reporter: context,
      totals,
      fail,
    });
    let joined = false;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      if (joined) writer.close();
      joined = true;
    });
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) writer.passOver(payload.partition, Number(payload.lastOffset));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart && !writer.closed.aborted) {
        fail(explainCrash(payload.error, kafka.bootstrap));
      }
    });
    const timer = setInterval(() => {
      writer.tick();
    }, 100);
    const close = async (): Promise<void> => {
      clearInterval(timer);
      writer.close();
      await consumer.disconnect().catch(() => undefined);
    };
    try {
      await connect(consumer, first);
      await consumer.subscribe({ topic: kafka.topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: async (payload) => {
          try {
            await writer.takeBatch(payload);
          } catch (error) {
            // kafkajs mends its own (a rebalance); for ours it would only try the batch again.
            if (error instanceof Error && error.name.startsWith("KafkaJS")) throw error;
            fail(error);
          }
        },
      });
      if (first) context.ready();
      return { writer, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** A login that is wrong is told at once; later on brokers may just be restarting. */
  async function connect(consumer: Consumer, first: boolean): Promise<void> {
    await pRetry(() => consumer.connect(), {
      retries: first ? 0 : Infinity,
      minTimeout: 500,
      maxTimeout: 10_000,
      signal,
      shouldRetry: ({ error }) => error.name !== "KafkaJSSASLAuthenticationError",
      onFailedAttempt: ({ error }) => {
        onTrouble(`Kafka does not let the archiver in yet: ${error.message}`);
      },
    }).catch((error: unknown) => {
      throw explainCrash(error, kafka.bootstrap);
    });
  }

  async function report(): Promise<void> {
    await assertEpoch(connection).catch((error: unknown) => {
      if (isTransient(error)) context.warn(`the fence cannot be read: ${(error as Error).message}`);
      else fail(error);
    });
    try {
      const progress = await archiveProgress(kafka);
      const lag = progress.reduce((sum, one) => sum + one.lag, 0);
      const body = {
        time: new Date().toISOString(),
        stack: connection.stack,
        epoch: connection.epoch,
        clusterId,
        topicId,
        topic: kafka.topic,
        flushSeconds: options.flushSeconds,
        lag,
        ...totals,
        partitions: progress,
      };
      await status.put(
        control.bucket,
        keys.announcement(connection.line, "archiver"),
        JSON.stringify(body),
        {
          contentType: "application/json",
        },
      );
      const { records, objects, lastFlushAt } = totals;
      context.progress(
        `archived ${records} events in ${objects} objects, lag ${lag}, last flush ${lastFlushAt ?? "none yet"}`,
      );
    } catch (error) {
      context.warn(`status not written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function explainCrash(error: unknown, bootstrap: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === "KafkaJSSASLAuthenticationError") {
    return new UserError(
      `Kafka (${bootstrap}) refuses the archiver's login: ${error.message}. Its password is not the one ` +
        "that this cluster knows, or its epoch was revoked. Take the connection of the stack that made the cluster.",
      { cause: error },
    );
  }
  return new UserError(
    `the archiver's consumer ended: ${error.message}. Nothing is lost: it goes on from its committed ` +
      "offsets when it is started again (`pulumi up` does).",
    { cause: error },
  );
}
