import { parse as parseView, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { DrillResult } from "../result.ts";

const palette = {
  recovery: "#c2410c",
  drill: "#64748b",
  backup: "#2563eb",
  archive: "#0d9488",
  kafka: "#a16207",
};
const font = "system-ui, sans-serif";

/** Draws a Vega-Lite chart as an SVG text: no script is left in it. */
async function draw(spec: TopLevelSpec): Promise<string> {
  const { spec: vega } = compile({
    background: "transparent",
    config: {
      font,
      axis: {
        labelFontSize: 12,
        titleFontSize: 12,
        labelLimit: 420,
        gridColor: "#e2e8f0",
        domain: false,
      },
      legend: { labelFontSize: 12, titleFontSize: 12 },
      view: { stroke: null },
    },
    ...spec,
  });
  const view = new View(parseView(vega), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Everything from the disaster to the first new event: what RTO is made of. */
export function recoveryTimeline(result: DrillResult): Promise<string> {
  const rows = result.phases
    .filter(({ recovery, kind, seconds }) => recovery && kind === "resource" && seconds >= 0.3)
    .map(({ name, startedAtSeconds, seconds }) => ({
      name,
      from: startedAtSeconds,
      to: startedAtSeconds + seconds,
      label: `${seconds} s`,
    }));
  const y = { field: "name", type: "nominal", sort: { field: "from" }, title: null } as const;
  return draw({
    width: 640,
    height: { step: 20 },
    data: { values: rows },
    layer: [
      {
        mark: { type: "bar", height: 12, cornerRadius: 2, color: palette.recovery },
        encoding: {
          y,
          x: { field: "from", type: "quantitative", title: "seconds since the disaster" },
          x2: { field: "to" },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 4, fontSize: 11, color: "#334155" },
        encoding: { y, x: { field: "to", type: "quantitative" }, text: { field: "label" } },
      },
      {
        data: { values: [{ at: result.rtoSeconds }] },
        mark: { type: "rule", strokeDash: [4, 3], color: "#15803d" },
        encoding: { x: { field: "at", type: "quantitative" } },
      },
    ],
  });
}

/** The whole drill, from the first `pulumi up` to the last proof. */
export function drillTimeline(result: DrillResult): Promise<string> {
  const rows = result.phases
    .filter(({ kind }) => kind === "drill")
    .map(({ name, startedAtSeconds, seconds, recovery }, index) => ({
      name: `${index + 1}. ${name}`,
      from: startedAtSeconds,
      to: startedAtSeconds + seconds,
      part: recovery ? "without service" : "at work",
    }));
  return draw({
    width: 640,
    height: { step: 20 },
    data: { values: rows },
    layer: [
      {
        mark: { type: "bar", height: 12, cornerRadius: 2 },
        encoding: {
          y: { field: "name", type: "nominal", sort: { field: "from" }, title: null },
          x: {
            field: "from",
            type: "quantitative",
            title: "seconds before and after the disaster",
          },
          x2: { field: "to" },
          color: {
            field: "part",
            type: "nominal",
            title: null,
            scale: {
              domain: ["at work", "without service"],
              range: [palette.drill, palette.recovery],
            },
            legend: { orient: "top" },
          },
        },
      },
      {
        data: { values: [{ at: 0 }] },
        mark: { type: "rule", color: "#b91c1c", strokeWidth: 1.5 },
        encoding: { x: { field: "at", type: "quantitative" } },
      },
    ],
  });
}

/** Where every event of the time before the recovery came back from. */
export function sources(result: DrillResult): Promise<string> {
  const { backup, archive, kafka } = result.rowsFrom;
  const rows = [
    { source: "backup", rows: backup },
    { source: "archive", rows: archive },
    { source: "kafka", rows: kafka },
  ];
  return draw({
    width: 640,
    height: 34,
    data: { values: rows },
    mark: { type: "bar", height: 22 },
    encoding: {
      x: {
        field: "rows",
        type: "quantitative",
        stack: "zero",
        title: "rows",
        axis: { format: "~s" },
      },
      color: {
        field: "source",
        type: "nominal",
        title: null,
        scale: {
          domain: ["backup", "archive", "kafka"],
          range: [palette.backup, palette.archive, palette.kafka],
        },
        legend: { orient: "top" },
      },
    },
  });
}

/** Where the acknowledged events of each partition are now. */
export function partitions(result: DrillResult): Promise<string> {
  const clusters = [...new Set(result.checker.partitions.map(({ clusterId }) => clusterId))];
  const rows = result.checker.partitions.flatMap((one) => {
    const name = `cluster ${clusters.indexOf(one.clusterId) + 1}, partition ${one.partition}`;
    return [
      { name, place: "present", events: one.present, order: 0 },
      { name, place: "dead letters", events: one.deadLettered, order: 1 },
      { name, place: "quarantine", events: one.quarantined, order: 2 },
      { name, place: "lost", events: one.lost.count, order: 3 },
    ];
  });
  return draw({
    width: 640,
    height: { step: 20 },
    data: { values: rows },
    mark: { type: "bar", height: 13 },
    encoding: {
      y: { field: "name", type: "nominal", title: null },
      x: {
        field: "events",
        type: "quantitative",
        stack: "zero",
        title: "events",
        axis: { format: "~s" },
      },
      order: { field: "order" },
      color: {
        field: "place",
        type: "nominal",
        title: null,
        scale: {
          domain: ["present", "dead letters", "quarantine", "lost"],
          range: ["#0d9488", "#94a3b8", "#a16207", "#b91c1c"],
        },
        legend: { orient: "top" },
      },
    },
  });
}
