import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type GtMode, installStandIns, tempDir } from "@gastown/test-fixtures";
import { closeAll, closeLine, throughput, townOf } from "../lib/closes.ts";
import { type Spread, spreadOf } from "../lib/measure.ts";
import { startWatcher } from "../lib/processes.ts";
import { type Bench, count, three, time, times } from "../lib/result.ts";
import { processLine, sqliteCli } from "../original.ts";

const run = promisify(execFile);

interface Burst {
  readonly closes: number;
  readonly convoys: number;
  readonly checks: number;
  readonly repeated: number;
  /** From the first close to the last landing, in milliseconds. */
  readonly ms: number;
}

export const burst: Bench = {
  name: "burst",
  title: "A burst of closes",
  async run({ quick, say }) {
    const big = quick ? await ours(100, 5, true) : await ours(1_000, 5, true);
    say(`ours: ${big.checks} checks for ${big.convoys} convoys`);
    const pair = [
      await ours(100, 5, true, "seed"),
      sqliteCli() === undefined ? undefined : await original(100, 5),
    ] as const;
    const idle = await ours(quick ? 100 : 1_000, 5, false);
    const rate = await throughput(quick ? 2 : 9);
    const floor = await bareSpawns(quick ? 5 : 40);
    const row = (name: string, one: Burst): string[] => [
      name,
      count(one.closes),
      count(one.convoys),
      count(one.checks),
      one.convoys === 0 ? "–" : three(one.checks / one.convoys),
      time(one.ms),
    ];
    return {
      notes: [
        "All closes are made as fast as another process can, each in a transaction of its own, and told by `bd activity` as well; the stand-in `gt` closes the convoy it is given, as the later ones do, and takes as long as Node takes to start. The floor for the whole burst is that many bare runs of this `gt`, one after the other: " +
          `${times(floor)} each. The gt of the original's time checks every convoy, whatever it is told: in a burst that is over before the first check, one check lands them all, and both see that by reading again.`,
        `Read-to-decision: 1,000 lines of \`bd activity\` about 200 convoys, from the bytes to the last verdict, each from a fresh read: ${times(rate)} for all, which is ${count(1_000 / (rate.median / 1000))} closes/s.`,
      ],
      tables: [
        {
          head: ["", "closes", "convoys completed", "checks run", "checks per convoy", "first close → last landing"],
          rows: [
            row("ours", big),
            row("ours, with a gt that checks everything", pair[0]),
            ...(pair[1] ? [row("the original, with the same gt", pair[1])] : []),
            row("ours, nothing completes", idle),
          ],
        },
      ],
      targets: [
        {
          what: "commands run for closes that complete nothing",
          target: "0",
          measured: String(idle.checks),
          met: idle.checks === 0,
        },
        {
          what: `${count(big.closes)} closes over ${count(big.convoys)} convoys in a burst`,
          target: "≤ 1 check for each convoy that became complete",
          measured: `${count(big.checks)} checks, ${big.repeated} convoys checked twice`,
          met: big.checks <= big.convoys && big.repeated === 0,
        },
        {
          what: "the same: read-to-decision",
          target: "≥ 5,000 closes/s",
          measured: `${count(1_000 / (rate.median / 1000))} /s`,
          met: 1_000 / (rate.median / 1000) >= 5_000,
        },
      ],
    };
  },
};

async function ours(closes: number, issuesPer: number, completes: boolean, mode: GtMode = "head"): Promise<Burst> {
  using dir = tempDir();
  const { town, ids } = townOf(`${dir.path}/town`, closes, issuesPer, completes);
  const { bd, gt, control } = installStandIns(`${dir.path}/bin`);
  control.set({ gt: { mode } });
  await using watcher = startWatcher(["--town", town.dir, "--gt", gt, "--bd", bd]);
  await watcher.until(({ event }) => event === "watching", "watching");
  const start = performance.now();
  closeAll(town, ids);
  let landed = 0;
  if (completes) {
    await new Promise<void>((resolve) => {
      landed = watcher.lines.filter(({ event }) => event === "landed").length;
      watcher.onLine(({ event }) => {
        if (event === "landed") landed += 1;
        if (landed === town.convoys.length) resolve();
      });
    });
  } else {
    const named = new Set<string>();
    await watcher.until(
      (line) => line.event === "close" && named.add(line.issue ?? "").size === ids.length,
      "all closes",
      60_000,
    );
    // The next sweep and the next poll of bd say the same again.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
  const ms = performance.now() - start;
  const checked = watcher.lines.filter(({ event }) => event === "checking").map(({ convoy }) => convoy);
  return { closes, convoys: landed, checks: checked.length, repeated: checked.length - new Set(checked).size, ms };
}

async function original(closes: number, issuesPer: number): Promise<Burst> {
  using dir = tempDir();
  const { town, ids } = townOf(`${dir.path}/town`, closes, issuesPer, true);
  const { gt, control } = installStandIns(`${dir.path}/bin`);
  control.set({ gt: { mode: "seed" } });
  const start = performance.now();
  closeAll(town, ids);
  let checks = 0;
  for (const id of ids) checks += await processLine(closeLine(id), { town: town.dir, database: town.db(), gt });
  const landed = town.convoys.filter((convoy) => town.status(convoy) === "closed").length;
  return { closes, convoys: landed, checks, repeated: 0, ms: performance.now() - start };
}

async function bareSpawns(runs: number): Promise<Spread> {
  using dir = tempDir();
  const { town } = townOf(`${dir.path}/town`, 100, 5, true);
  const { gt, control } = installStandIns(`${dir.path}/bin`);
  control.set({ gt: { mode: "head" } });
  const samples: number[] = [];
  for (const convoy of town.convoys.concat(town.convoys, town.convoys).slice(0, runs)) {
    const start = performance.now();
    await run(gt, ["convoy", "check", convoy], { cwd: town.dir });
    samples.push(performance.now() - start);
  }
  return spreadOf(samples);
}
