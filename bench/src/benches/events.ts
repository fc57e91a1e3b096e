import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bulkTown, tempDir } from "@gastown/test-fixtures";
import { milliseconds, monotonic } from "../lib/clock.ts";
import { spreadOf } from "../lib/measure.ts";
import { startWatcher } from "../lib/processes.ts";
import { type Bench, count, three, time } from "../lib/result.ts";

interface Stream {
  readonly rate: number;
  readonly seconds: number;
  readonly closes: number;
  readonly told: number;
  /** From the printing of a close to its record, in milliseconds. */
  readonly lags: readonly number[];
  readonly lastLag: number;
  /** MB, each second. */
  readonly rss: readonly number[];
  /** Percent of a core. */
  readonly cpu: number;
}

export const events: Bench = {
  name: "events",
  title: "A stream of events",
  async run({ quick, say }) {
    const plan = quick
      ? [[1_000, 5]]
      : [
          [100, 6],
          [10_000, 6],
          [1_000, 60],
        ];
    const streams: Stream[] = [];
    for (const [rate = 0, seconds = 0] of plan) {
      streams.push(await measure(rate, seconds));
      say(`${rate} /s`);
    }
    const long = streams.at(-1);
    if (long === undefined) return { tables: [] };
    const flat = growthOf(long.rss);
    return {
      notes: [
        "A `bd` that prints so many lines a second, every fifth of them the close of an issue of 2,400 open convoys; `convoy-cli watch --source bd` reads the convoys of each again and reports it. Told: closes of which there is a record. The lag is from the printing of a line to the reading of its record, the pipes and the 20 ms between two writes of `bd` included.",
      ],
      tables: [
        {
          head: [
            "events/s",
            "seconds",
            "closes",
            "told",
            "lag, p50",
            "p99",
            "at the end",
            "RSS, after 5 s → at the end",
            "CPU",
          ],
          rows: streams.map((one) => {
            const lag = spreadOf(one.lags);
            return [
              count(one.rate),
              String(one.seconds),
              count(one.closes),
              count(one.told),
              time(lag.median),
              time(lag.p99),
              time(one.lastLag),
              `${three(one.rss[5] ?? one.rss[0] ?? 0)} → ${three(one.rss.at(-1) ?? 0)} MB`,
              `${three(one.cpu)} %`,
            ];
          }),
        },
      ],
      targets: [
        {
          what: `${count(long.rate)} events/s for ${long.seconds} s`,
          target: "memory flat, nothing dropped, no lag at the end",
          measured: `RSS ${flat < 0 ? "−" : "+"}${three(Math.abs(flat))} MB from the second third to the last, ${long.closes - long.told} dropped, ${time(long.lastLag)} at the end`,
          met: flat < 5 && long.closes === long.told && long.lastLag < 1_000,
        },
      ],
    };
  },
};

/** How much higher the last third lies than the one before it, in MB. */
function growthOf(rss: readonly number[]): number {
  const third = Math.floor(rss.length / 3);
  return spreadOf(rss.slice(-third)).median - spreadOf(rss.slice(third, 2 * third)).median;
}

async function measure(rate: number, seconds: number): Promise<Stream> {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys: 2_400, issuesPer: 5, open: 5, rigs: 10 });
  town.startDaemons();
  const all = town.convoys
    .flatMap((_, at) => Array.from({ length: 5 }, (__, nth) => at * 5 + nth))
    .map((serial) => `r${serial % 10}-${serial.toString(36).padStart(4, "0")}`);
  const files = { issues: `${dir.path}/issues`, log: `${dir.path}/log`, bd: `${dir.path}/bd` };
  writeFileSync(files.issues, all.join("\n"));
  writeFileSync(files.log, "");
  const program = fileURLToPath(new URL("../programs/bd-at-a-rate.ts", import.meta.url));
  const stream = JSON.stringify({ rate, seconds, issues: files.issues, log: files.log });
  writeFileSync(files.bd, `#!/bin/sh\nBENCH_STREAM='${stream}' exec '${process.execPath}' '${program}'\n`);
  chmodSync(files.bd, 0o755);

  const told = new Map<string, number>();
  let records = 0;
  await using watcher = startWatcher(["--town", town.dir, "--source", "bd", "--dry-run", "--bd", files.bd], {
    keep: false,
  });
  watcher.onLine(({ event, issue = "" }) => {
    if (event !== "close") return;
    records += 1;
    if (!told.has(issue)) told.set(issue, monotonic());
  });
  const before = watcher.usage().cpu;
  const start = performance.now();
  const rss: number[] = [];
  while (!/^end/m.test(readFileSync(files.log, "utf8"))) {
    await sleep(1_000);
    rss.push(watcher.usage().rss);
    if (performance.now() - start > seconds * 2_000 + 20_000) throw new Error("the stream does not end");
  }
  const cpu = ((watcher.usage().cpu - before) / (performance.now() - start)) * 100;
  const marks = readFileSync(files.log, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "));
  const closes = Number(marks.at(-1)?.[2]);
  const expected = Math.min(closes, all.length);
  for (const deadline = performance.now() + 10_000; told.size < expected && performance.now() < deadline;)
    await sleep(20);
  const lags = marks
    .slice(0, -1)
    .slice(0, Math.ceil(all.length / 100))
    .flatMap(([id = "", at = "0"]) => {
      const seen = told.get(id);
      return seen === undefined ? [] : [seen - milliseconds(at)];
    });
  return {
    rate,
    seconds,
    closes: expected,
    told: Math.min(told.size, records),
    lags,
    lastLag: lags.at(-1) ?? Number.NaN,
    rss,
    cpu,
  };
}
