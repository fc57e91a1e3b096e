// `npm run bench` measures everything and writes docs/performance.md; `npm run bench -- NAME…` prints some of it.
import { parseArgs } from "node:util";
import { benches } from "./benches.ts";
import { three } from "./lib/format.ts";
import { sqliteCli } from "./lib/machine.ts";
import { type Measured, sectionOf, targetsOf } from "./lib/markdown.ts";
import { writeReport } from "./report.ts";

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
