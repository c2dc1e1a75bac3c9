import { faults, type CheckResult } from "../checker/check.ts";
import type { PostgresCheck } from "../checker/postgres.ts";
import type { DrillRecord } from "./drill.ts";
import type { PeakMemory } from "./memory.ts";
import { protection } from "./provision.ts";
import type { DrillOptions } from "./options.ts";
import type { Stretch } from "./phases.ts";
import { recoveryFacts, type Cursor, type FenceFacts } from "./recovery.ts";
import type { ZombieFacts } from "./zombie.ts";

/** What `result.json` holds. */
export interface DrillResult {
  readonly green: boolean;
  /** Why it is not, one line each. */
  readonly red: readonly string[];
  readonly disaster: string;
  readonly moment: string;
  readonly momentReached: boolean;
  readonly seed: string;
  readonly eventsAcknowledged: number;
  readonly eventsPresent: number;
  readonly eventsLost: number;
  readonly eventsDuplicated: number;
  readonly deadLettered: number;
  readonly quarantined: number;
  /** region-lost: what the vault's copy of the archive held, and what of it is missing all the same. */
  readonly archive: { readonly held: number; readonly missing: number } | null;
  /** Of what producers of the lost or surviving cluster sent before the recovery had ended. */
  readonly rowsFrom: { readonly backup: number; readonly archive: number; readonly kafka: number };
  /** `seconds`: the age of the oldest lost event when the disaster struck. */
  readonly rpo: {
    readonly events: number;
    readonly seconds: number;
    readonly boundSeconds: number;
  };
  /** From the disaster to a new event visible and the recovery's proof green. */
  readonly rtoSeconds: number;
  /** Seconds since the disaster; earlier ones are negative. */
  readonly phases: readonly {
    readonly name: string;
    readonly kind: Stretch["kind"];
    readonly startedAtSeconds: number;
    readonly seconds: number;
    readonly recovery: boolean;
  }[];
  readonly fence: FenceFacts;
  readonly zombie: ZombieFacts | null;
  readonly cursors: readonly Cursor[];
  readonly postgres: {
    readonly transactionsAcknowledged: number;
    readonly transactionsLost: number;
    readonly transactionsTorn: number;
    readonly rpoSeconds: number;
  };
  readonly aggregatesEqual: boolean;
  readonly checker: CheckResult;
  readonly ledger: string | null;
  readonly recoveryAttempts: number;
  readonly proofExitCode: number;
  /** Offsets of the lost cluster that are in no source, by the platform's own last proof. */
  readonly gaps: number;
  /** Our own programs at their largest; engines and Pulumi are not ours. */
  readonly memory: readonly PeakMemory[];
}

/** Disasters that PostgreSQL survives: no team is lost, so no event may be in quarantine. */
const postgresSurvives: readonly string[] = ["clickhouse-lost", "zookeeper-lost"];

/** Judges a drill. Losses are only right where a region took with it what the vault could not have yet. */
export function resultOf(
  options: DrillOptions,
  record: DrillRecord,
  checked: CheckResult,
  postgres: PostgresCheck,
  zombie: ZombieFacts | null,
  memory: readonly PeakMemory[],
): DrillResult {
  const { at } = record.struck;
  const facts = recoveryFacts(record.after.recovery);
  const regionLost = options.disaster === "region-lost";
  const bound = regionLost ? protection.archiveFlush + protection.replicationLag.max : 0;
  const age = checked.oldestLostAt === null ? 0 : Math.max(0, (at - checked.oldestLostAt) / 1000);
  const postgresRpo =
    postgres.transactionsLost === 0 ? 0 : (at - (postgres.newestPresentAt ?? 0)) / 1000;
  const postgresBound = protection.walTimeout + protection.replicationLag.max + 5;
  const postgresAge = (at - (postgres.oldestLostAt ?? at)) / 1000;
  const mayLosePostgres = !postgresSurvives.includes(options.disaster);
  const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
  const proofExitCode = record.proof.exitCode;
  const red = [
    ...faults(checked),
    ...when(
      checked.eventsAcknowledged < record.counted.events,
      `the logs hold ${checked.eventsAcknowledged} acknowledged events, the producers counted ${record.counted.events}`,
    ),
    ...when(
      checked.quarantined > 0 && !mayLosePostgres,
      `${checked.quarantined} events are in quarantine, and PostgreSQL has lost no team`,
    ),
    ...when(checked.eventsLost > 0 && !regionLost, `${checked.eventsLost} events are lost`),
    ...when(
      regionLost && age > bound,
      `an event acknowledged ${age.toFixed(1)} s before the disaster is lost: the archive's copy should have ` +
        `had it after ${bound} s`,
    ),
    ...when(
      // An answer that was on its way when the broker died reaches a busy producer a little later.
      checked.newestLostAt !== null && checked.newestLostAt > record.struck.until + 2000,
      "an event that was acknowledged after the disaster is lost",
    ),
    ...when(
      postgres.transactionsLost > 0 && !mayLosePostgres,
      `${postgres.transactionsLost} transactions are lost`,
    ),
    ...when(
      postgresRpo > postgresBound,
      `PostgreSQL came back to ${postgresRpo.toFixed(1)} s before the disaster, more than ${postgresBound} s`,
    ),
    ...when(
      // The server that came back to a point has all before it: newest and oldest say the same.
      postgresRpo <= postgresBound && postgresAge > postgresBound,
      `a transaction acknowledged ${postgresAge.toFixed(1)} s before the disaster is lost, more than ${postgresBound} s`,
    ),
    ...when(
      postgres.transactionsSkipped > 0,
      `${postgres.transactionsSkipped} transactions are lost although later ones are there`,
    ),
    ...when(
      postgres.transactionsLostAfter > 0,
      `${postgres.transactionsLostAfter} transactions that were acknowledged after the disaster are lost`,
    ),
    ...when(
      postgres.transactionsAcknowledged === 0,
      "no transaction was acknowledged: PostgreSQL was not checked",
    ),
    ...when(
      postgres.transactionsAcknowledged < record.counted.transactions,
      `the log holds ${postgres.transactionsAcknowledged} transactions, their client counted ${record.counted.transactions}`,
    ),
    ...when(postgres.transactionsTorn > 0, `${postgres.transactionsTorn} transactions are torn`),
    ...when(zombie?.consumesStill === true, "the old ClickHouse consumes still: it was not fenced"),
    ...when(
      options.disaster === "clickhouse-lost" && facts.fence.oldPrincipalRefused !== true,
      "the old ClickHouse's credential was not refused",
    ),
    ...when(
      proofExitCode !== 0,
      `the platform's own last proof is not green (exit code ${proofExitCode})`,
    ),
    ...when(
      proofExitCode === 0 && !provesAll(record.proof.result),
      "the platform's own last proof is green and proves nothing: it knew of no event, or left a source out",
    ),
  ];
  const ofOldCluster = checked.partitions
    .filter(({ clusterId }) => clusterId === record.before.kafka.clusterId)
    .reduce((sum, one) => sum + one.present + one.deadLettered + one.quarantined, 0);
  return {
    green: red.length === 0,
    red,
    disaster: options.disaster,
    moment: record.plan.moment,
    momentReached: record.momentReached,
    seed: options.seed,
    eventsAcknowledged: checked.eventsAcknowledged,
    eventsPresent: checked.eventsPresent,
    eventsLost: checked.eventsLost,
    eventsDuplicated: checked.eventsDuplicated,
    deadLettered: checked.deadLettered,
    quarantined: checked.quarantined,
    archive:
      record.archived === null
        ? null
        : { held: record.archived.events, missing: checked.lostThoughArchived },
    rowsFrom: {
      backup: facts.fromBackup,
      archive: facts.fromArchive,
      kafka: Math.max(0, ofOldCluster - facts.fromBackup - facts.fromArchive),
    },
    rpo: { events: checked.eventsLost, seconds: seconds(age * 1000), boundSeconds: bound },
    rtoSeconds: seconds(record.recoveredAt - at),
    phases: record.timeline.stretches
      .map(({ name, kind, startedAt, endedAt, recovery }) => ({
        name,
        kind,
        startedAtSeconds: seconds(startedAt - at),
        seconds: seconds(endedAt - startedAt),
        recovery,
      }))
      .sort((a, b) => a.startedAtSeconds - b.startedAtSeconds),
    fence: facts.fence,
    zombie,
    cursors: facts.cursors,
    postgres: {
      transactionsAcknowledged: postgres.transactionsAcknowledged,
      transactionsLost: postgres.transactionsLost,
      transactionsTorn: postgres.transactionsTorn,
      rpoSeconds: seconds(postgresRpo * 1000),
    },
    aggregatesEqual: checked.aggregatesEqual,
    checker: checked,
    ledger: facts.ledger,
    recoveryAttempts: record.attempts,
    proofExitCode,
    gaps: factsOf(record.proof.result).gaps ?? 0,
    memory,
  };
}

interface ProofFacts {
  readonly expected?: number;
  readonly sources?: readonly string[];
  readonly gaps?: number;
}

function factsOf(result: unknown): ProofFacts {
  return typeof result === "object" && result !== null ? result : {};
}

/** A green proof counts when it knew of events, and compared with the archive and Kafka both. */
function provesAll(result: unknown): boolean {
  const { expected = 0, sources = [] } = factsOf(result);
  return expected > 0 && ["archive", "kafka"].every((source) => sources.includes(source));
}

function when(condition: boolean, line: string): string[] {
  return condition ? [line] : [];
}
