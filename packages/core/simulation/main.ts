import process from "node:process";
import { parseArgs } from "node:util";
import * as real from "../src/index.ts";
import { loadBroken } from "./breaks.ts";
import { explain, search } from "./search.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    histories: { type: "string" },
    seed: { type: "string" },
    break: { type: "string" },
  },
});

const number = (name: "minutes" | "histories" | "seed"): number | undefined => {
  const value = values[name];
  if (value === undefined) return undefined;
  if (!/^\d+(?:\.\d+)?$/.test(value)) throw new Error(`--${name} wants a number, not "${value}"`);
  return Number(value);
};

const name = values.break;
const core = name === undefined ? real : await loadBroken(name);
const minutes = number("minutes");
const given = number("seed");
// A rule is broken for the record: that always begins with the same seed. A seed alone is a replay.
const seed = given ?? (name === undefined ? Date.now() % 2 ** 31 : 1);
const histories =
  number("histories") ?? (minutes === undefined ? (given === undefined ? 2_000 : 1) : Number.POSITIVE_INFINITY);
const started = performance.now();
const until = started + (minutes ?? Number.POSITIVE_INFINITY) * 60_000;
const seconds = (): string => `${((performance.now() - started) / 1_000).toFixed(1)} s`;

console.log(`playing from seed ${seed}${name === undefined ? "" : ` against a core with "${name}" broken`}`);
const { finding, ...done } = await search(core, seed, (played) => played >= histories || performance.now() > until);
console.log(`${done.histories} histories, ${done.commands} commands, ${done.landed} landings in ${seconds()}`);
if (finding === undefined) {
  console.log("every rule held");
  if (name !== undefined) process.exitCode = 1;
} else {
  console.log(`seed ${finding.seed} did not hold`);
  console.log(await explain(core, finding, name === undefined ? "" : ` --break ${name}`));
  if (name === undefined) process.exitCode = 1;
}
