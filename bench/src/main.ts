// `npm run bench` measures everything and writes docs/performance.md; `npm run bench -- NAME…` prints some of it.
import { parseArgs } from "node:util";
import { behind } from "./benches/behind.ts";
import { burst } from "./benches/burst.ts";
import { decode } from "./benches/decode.ts";
import { doltCost } from "./benches/dolt-cost.ts";
import { events } from "./benches/events.ts";
import { idleDolt } from "./benches/idle-dolt.ts";
import { idle } from "./benches/idle.ts";
import { latency } from "./benches/latency.ts";
import { lookup } from "./benches/lookup.ts";
import { polling } from "./benches/polling.ts";
import { rigs } from "./benches/rigs.ts";
import { start } from "./benches/start.ts";
import { sweep } from "./benches/sweep.ts";
import { type Bench, type Measured, sectionOf, targetsOf, three } from "./lib/result.ts";
import { sqliteCli } from "./original.ts";
import { writeReport } from "./report.ts";

/** Everything that is measured, in this order. */
const benches: readonly Bench[] = [
  latency,
  polling,
  burst,
  behind,
  lookup,
  sweep,
  rigs,
  decode,
  events,
  idle,
  idleDolt,
  doltCost,
  start,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, write: { type: "boolean" } },
});
const names = benches.map(({ name }) => name);
const unknown = positionals.find((name) => !names.includes(name));
if (unknown !== undefined) {
  console.error(`Error: there is no bench ${unknown}\nHint: there are ${names.join(", ")}`);
  process.exit(2);
}

const say = (text: string): void => console.error(text);
if (sqliteCli() === undefined) say("left out: the original's lookups, because there is no sqlite3 command on PATH");
const started = performance.now();
const measured: Measured[] = [];
for (const bench of benches.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const from = performance.now();
  say(`── ${bench.name}`);
  const result = await bench.run({ quick: values.quick, say: (text) => say(`   ${text}`) });
  measured.push({ bench, result });
  console.log(`\n${sectionOf({ bench, result })}\n`);
  say(`   ${three((performance.now() - from) / 1000)} s`);
}
const targets = measured.flatMap(({ result }) => result.targets ?? []);
if (targets.length > 0) console.log(targetsOf(targets));
const seconds = (performance.now() - started) / 1000;
if (values.write ?? (positionals.length === 0 && !values.quick)) writeReport(measured, seconds);
say(`${three(seconds)} s in all`);
