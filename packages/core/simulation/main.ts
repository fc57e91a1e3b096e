import process from "node:process";
import { parseArgs } from "node:util";
import * as real from "../src/index.ts";
import { BREAKS } from "./breaks.ts";
import { loadBroken } from "./broken-core.ts";
import { noticeAll } from "./notice.ts";
import { explain, search } from "./search.ts";

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`Error: ${real.messageOf(error)}`);
  process.exitCode = 2;
}

/** Whether all was as it should be: every rule held, or a broken one was noticed. */
async function main(): Promise<0 | 1> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: "string" },
      histories: { type: "string" },
      seed: { type: "string" },
      break: { type: "string" },
      breaks: { type: "boolean" },
    },
  });
  if (values.breaks === true) {
    const left = await noticeAll(positionals.length > 0 ? positionals : Object.keys(BREAKS), (line) =>
      console.log(line),
    );
    return left.length === 0 ? 0 : 1;
  }
  const { break: name } = values;
  if (name !== undefined && BREAKS[name] === undefined) {
    throw new Error(`--break wants one of ${Object.keys(BREAKS).join(", ")}, not "${name}"`);
  }
  const minutes = toNumber("minutes", values.minutes);
  const given = toNumber("seed", values.seed);
  // What is broken for the record begins with the same seed each time. A seed alone is a replay.
  const seed = given ?? (name === undefined ? Date.now() % 2 ** 31 : 1);
  const usual = given === undefined ? 2_000 : 1;
  const histories =
    toNumber("histories", values.histories) ?? (minutes === undefined ? usual : Number.POSITIVE_INFINITY);
  const started = performance.now();
  const until = started + (minutes ?? Number.POSITIVE_INFINITY) * 60_000;

  console.log(`playing from seed ${seed}${name === undefined ? "" : ` against a core with "${name}" broken`}`);
  const core = name === undefined ? real : await loadBroken(name);
  const { finding, ...done } = await search(core, seed, (played) => played >= histories || performance.now() > until);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${done.histories} histories, ${done.commands} commands, ${done.landed} landings in ${seconds} s`);
  if (finding === undefined) console.log("every rule held");
  else
    console.log(
      `seed ${finding.seed} did not hold\n${await explain(core, finding, name === undefined ? "" : ` --break ${name}`)}`,
    );
  return (finding === undefined) === (name === undefined) ? 0 : 1;
}

function toNumber(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d+(?:\.\d+)?$/.test(value)) throw new Error(`--${flag} wants a number, not "${value}"`);
  return Number(value);
}
