import type { DrillResult } from "../result.ts";
import { drillTimeline, partitions, recoveryTimeline, sources } from "./charts.ts";
import type { Environment } from "./environment.ts";
import { style } from "./style.ts";

/** One self-contained page: no scripts, no fonts, nothing that is loaded. */
export async function reportHtml(result: DrillResult, environment: Environment): Promise<string> {
  const title = `Drill: ${result.disaster}, ${result.green ? "green" : "red"}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${headline(result)}
${await section("What recovery took", recoveryText(result), recoveryTimeline(result))}
${await section("The drill", drillText(result), drillTimeline(result))}
${result.fence.kind === "none" ? "" : await section("Where the rows came from", sourcesText(result), sources(result))}
${await section("The proof", proofText(result), partitions(result), partitionTable(result))}
${fenceSection(result)}
${postgresSection(result)}
${environmentSection(result, environment)}
</main>
</body>
</html>
`;
}

export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const number = (value: number): string => value.toLocaleString("en-US");

async function section(
  title: string,
  text: string,
  chart: Promise<string>,
  more = "",
): Promise<string> {
  const figure = `<figure>${await chart}</figure>`;
  return `<section><h2>${escape(title)}</h2><p>${text}</p>${figure}${more}</section>`;
}

function headline(result: DrillResult): string {
  const tiles: [string, string, string][] = [
    ["lost", number(result.eventsLost), result.eventsLost === 0 ? "good" : "note"],
    ["doubled", number(result.eventsDuplicated), result.eventsDuplicated === 0 ? "good" : "bad"],
    ["RPO of events", `${result.rpo.seconds} s`, ""],
    ["RTO", `${result.rtoSeconds} s`, ""],
    [
      "sums per team and hour",
      result.aggregatesEqual ? "equal" : "differ",
      result.aggregatesEqual ? "good" : "bad",
    ],
  ];
  const verdict = result.green
    ? "Everything that could be kept was kept, and nothing is there twice."
    : "This recovery did not keep its promise.";
  return `<header class="${result.green ? "green" : "red"}">
<p class="kind">${escape(result.disaster)} · ${escape(result.moment)}${result.momentReached ? "" : " (did not come about)"} · seed ${escape(result.seed)}</p>
<h1>${verdict}</h1>
${result.red.length === 0 ? "" : `<ul>${result.red.map((line) => `<li>${escape(line)}</li>`).join("")}</ul>`}
<p>Producers hold acknowledgements for <b>${number(result.eventsAcknowledged)}</b> events, read back one by one over
HTTP: <b>${number(result.eventsPresent)}</b> present with the content that was sent, <b>${number(result.deadLettered)}</b> broken messages among
the dead letters, <b>${number(result.quarantined)}</b> in quarantine because PostgreSQL lost their team, <b>${number(result.eventsLost)}</b> lost.</p>
<div class="tiles">${tiles
    .map(
      ([name, value, mood]) =>
        `<div class="tile ${mood}"><b>${escape(value)}</b><span>${escape(name)}</span></div>`,
    )
    .join("")}</div>
</header>`;
}

function recoveryText(result: DrillResult): string {
  const again =
    result.recoveryAttempts === 1
      ? "One <code>pulumi up</code>"
      : `${result.recoveryAttempts} runs of <code>pulumi up</code>`;
  return `${again}; every bar is a resource of the recovery graph. The dashed line is the moment at which a <em>new</em> event was
visible and the recovery's own proof was green: ${result.rtoSeconds} s after the disaster.`;
}

function drillText(result: DrillResult): string {
  const { events, seconds, boundSeconds } = result.rpo;
  const loss =
    events === 0
      ? "No acknowledged event was lost."
      : `${number(events)} events lay in the lost region alone: the oldest of them was acknowledged ${seconds} s before the ` +
        `disaster. The archive's flush interval and the replication's largest lag allow ${boundSeconds} s.`;
  const held =
    result.archive === null
      ? ""
      : ` The vault's copy of the archive held ${number(result.archive.held)} events; of these, ${number(result.archive.missing)} are missing.`;
  return `The red line is the disaster, struck at the moment “${escape(result.moment)}”. ${loss}${held}`;
}

function sourcesText(result: DrillResult): string {
  const { backup, archive, kafka } = result.rowsFrom;
  const from =
    result.ledger === null ? "no backup" : `backup <code>${escape(result.ledger)}</code>`;
  return `${number(backup)} rows from ${from}, ${number(archive)} from the archive, ${number(kafka)} from Kafka.`;
}

function proofText(result: DrillResult): string {
  const { altered, misplaced, abortedPresent, inDoubtPresent, unexplained, tenants } =
    result.checker;
  const walls =
    tenants === null
      ? ""
      : ` In quarantine although their team is there: ${number(tenants.hidden)}, visible although it is lost: ${number(tenants.exposed + tenants.split)}.`;
  return `Raw rows without FINAL, by cluster, topic, partition and offset, and a hash of every stored column. Altered: ${number(altered)},
in the wrong table: ${number(misplaced)}, of aborted transactions: ${number(abortedPresent)}, sent by nobody: ${number(unexplained)}.${walls}
${number(inDoubtPresent)} events that were sent without an answer are there as well. The platform's own last proof ended with exit code ${result.proofExitCode}${
    result.gaps === 0
      ? ""
      : `; of the lost cluster it names ${number(result.gaps)} offsets between known ones that are in no source: marks and aborts of transactions, or events that never arrived`
  }.`;
}

function partitionTable(result: DrillResult): string {
  const rows = result.checker.partitions.map((one) => {
    const bad = one.lost.count > 0 || one.firstWrong !== null;
    const cells = [
      `<code>${escape(one.clusterId)}</code>`,
      `${one.partition}`,
      ...[
        one.acknowledged,
        one.present,
        one.deadLettered,
        one.quarantined,
        one.lost.count,
        one.duplicated,
      ].map(number),
      one.firstLost === null ? "" : number(one.firstLost),
    ];
    return `<tr${bad ? ' class="marked"' : ""}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  return table(
    [
      "cluster",
      "partition",
      "acknowledged",
      "present",
      "dead letters",
      "quarantined",
      "lost",
      "doubled",
      "first lost",
    ],
    rows,
  );
}

function table(heads: readonly string[], rows: readonly string[]): string {
  return `<div class="scroll"><table><thead><tr>${heads.map((head) => `<th>${escape(head)}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function fenceSection({ fence, zombie, cursors }: DrillResult): string {
  if (fence.kind === "none") return "";
  const refused =
    fence.oldPrincipalRefused === "not-applicable"
      ? "Its cluster is gone with its region: nobody is left to refuse it, and the vault's logins of its epoch were taken away."
      : fence.oldPrincipalRefused
        ? "The old credential was tried again and <b>refused</b>."
        : "<b>The old credential was not refused.</b>";
  const old =
    zombie === null
      ? ""
      : `<p>The old ClickHouse was cut off and left running. It had ${number(zombie.rowsAtCut)} rows then and ${number(zombie.rowsAfterRecovery)} when the
recovery had ended; ${zombie.consumesStill ? "<b>it consumes still</b>" : "it consumes no more"}.</p>
${zombie.errors.length === 0 ? "" : `<pre>${escape(zombie.errors.join("\n"))}</pre>`}`;
  const rows = cursors.map(
    ({ clusterId, topic, partition, resumeAt, firstMissing }) =>
      `<tr><td><code>${escape(clusterId)}</code></td><td>${escape(topic)}</td><td>${partition}</td><td>${number(resumeAt)}</td><td>${firstMissing === null ? "" : number(firstMissing)}</td></tr>`,
  );
  return `<section><h2>Fence and cursors</h2>
<p>Epoch ${fence.epoch ?? "?"}, by ${escape(fence.kind)}. ${refused}</p>
${fence.error === null ? "" : `<pre>${escape(fence.error)}</pre>`}${old}
${table(["cluster", "topic", "partition", "resumes at", "first missing"], rows)}</section>`;
}

function postgresSection({ postgres }: DrillResult): string {
  return `<section><h2>PostgreSQL</h2><p>${number(postgres.transactionsAcknowledged)} transactions acknowledged (a new team with its persons each),
${number(postgres.transactionsLost)} lost, ${number(postgres.transactionsTorn)} torn; RPO ${postgres.rpoSeconds} s.</p></section>`;
}

function environmentSection(result: DrillResult, environment: Environment): string {
  const rows = Object.entries(environment).map(
    ([name, value]) => `<tr><td>${escape(name)}</td><td>${escape(value)}</td></tr>`,
  );
  return `<section><h2>Environment</h2><p>The same drill again: <code>npm run drill -- ${escape(environment.arguments)} --seed ${escape(result.seed)}</code></p>
<div class="scroll"><table class="plain"><tbody>${rows.join("")}</tbody></table></div>
<p>Our own programs at their largest (engines and Pulumi left out): ${result.memory.map(({ program, megabytes }) => `${escape(program)} ${number(megabytes)} MB`).join(", ")}.</p></section>`;
}
