import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { bulkTown, installStandIns, tempDir } from "@gastown/test-fixtures";
import { ended, endWithUs, observe, type Rest, restRow, startWatcher } from "../lib/processes.ts";
import { type Bench, count, three } from "../lib/result.ts";

const SIZES = [
  { convoys: 1_000, rigs: 10 },
  { convoys: 100, rigs: 10 },
  { convoys: 10_000, rigs: 10 },
  { convoys: 1_000, rigs: 200 },
] as const;

export const idle: Bench = {
  name: "idle",
  title: "A town at rest",
  async run({ quick, say }) {
    const seconds = quick ? 10 : 60;
    const ready = Promise.withResolvers<void>();
    let starting: number = SIZES.length;
    const gate = async (): Promise<void> => {
      if ((starting -= 1) === 0) ready.resolve();
      await ready.promise;
    };
    const rests = await Promise.all([
      ...SIZES.map((size) => watcherAtRest(size, seconds, gate)),
      nodeAtRest(seconds, ready.promise),
    ]);
    say("seen");
    const [main] = rests;
    if (main === undefined) return { tables: [] };
    const rss = Math.max(...main.rss);
    return {
      notes: [
        `Over ${seconds} s, with both sources, side by side; ten issues a convoy. Nobody writes, so that the two sweeps in that time compare revisions. RSS is the highest of a sample a second. The floor is a Node that does nothing but wake up every 500 ms. The children (\`bd activity\`) are not counted.`,
      ],
      tables: [
        {
          head: ["", "RSS", "median", "CPU of a core"],
          rows: rests.map(restRow),
        },
      ],
      targets: [
        {
          what: `a day's idling, seen over ${seconds} s: RSS`,
          target: "≤ 80 MB",
          measured: `${three(rss)} MB`,
          met: rss <= 80,
        },
        { what: "the same: CPU", target: "≤ 0.3 % of a core", measured: `${three(main.cpu)} %`, met: main.cpu <= 0.3 },
      ],
    };
  },
};

async function watcherAtRest(
  { convoys, rigs }: { convoys: number; rigs: number },
  seconds: number,
  gate: () => Promise<void>,
): Promise<Rest> {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys, issuesPer: 10, rigs });
  town.startDaemons();
  const { bd, gt } = installStandIns(`${dir.path}/bin`);
  await using watcher = startWatcher(["--town", town.dir, "--gt", gt, "--bd", bd], { keep: false });
  await watcher.until(({ event }) => event === "watching", "watching", 60_000);
  await gate();
  await sleep(4_000);
  return { name: `${count(convoys)} convoys, ${rigs} rigs`, ...(await observe(watcher.pid, seconds)) };
}

async function nodeAtRest(seconds: number, ready: Promise<void>): Promise<Rest> {
  const child = endWithUs(spawn(process.execPath, ["-e", "setInterval(() => undefined, 500)"], { stdio: "ignore" }));
  await ready;
  await sleep(4_000);
  const seen = await observe(child.pid ?? 0, seconds);
  await ended(child);
  return { name: "floor: Node, nothing else", ...seen };
}
