/** Readable on paper, on a phone and in the dark; nothing is loaded. */
export const style = `
:root { color-scheme: light; }
body { margin: 0; background: #f8fafc; color: #0f172a; font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 4px 0 12px; }
h2 { font-size: 19px; margin: 0 0 6px; }
p { margin: 0 0 10px; max-width: 72ch; }
.kind { font-size: 14px; color: #475569; margin: 0; }
header, section { background: #fff; border: 1px solid #e2e8f0; border-radius: 10px; padding: 20px 24px; margin: 0 0 16px; }
header { border-left: 8px solid #15803d; }
header.red { border-left-color: #b91c1c; }
header ul { color: #b91c1c; padding-left: 20px; }
.tiles { display: flex; flex-wrap: wrap; gap: 10px; margin-top: 14px; }
.tile { flex: 1 1 130px; background: #f1f5f9; border-radius: 8px; padding: 10px 14px; }
.tile b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { font-size: 13px; color: #475569; }
.tile.good b { color: #15803d; } .tile.bad b { color: #b91c1c; } .tile.note b { color: #a16207; }
figure { margin: 10px 0 0; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; }
.scroll { overflow-x: auto; margin: 0 0 16px; }
section .scroll { margin: 10px 0 0; }
table { border-collapse: collapse; width: 100%; background: #fff; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 8px; border-bottom: 1px solid #e2e8f0; text-align: right; white-space: nowrap; }
th:first-child, td:first-child, .plain td { text-align: left; }
th { color: #475569; font-weight: 600; white-space: normal; vertical-align: bottom; }
.plain td { white-space: normal; }
.marked td { background: #fef3c7; }
code, pre { font: 12.5px/1.5 ui-monospace, monospace; }
pre { background: #f1f5f9; border-radius: 6px; padding: 10px 12px; overflow-x: auto; white-space: pre-wrap; }
@media print { body { background: #fff; } header, section { break-inside: avoid; border-color: #cbd5e1; } }
`;
