import { setTimeout as sleep } from "node:timers/promises";
import { bulkTown, installStandIns, tempDir } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { rigOf, tellDaemon } from "../lib/closes.ts";
import { ANY, markingGt } from "../lib/marking-gt.ts";
import { spreadOf } from "../lib/measure.ts";
import { startChecking } from "../lib/processes.ts";
import { type Bench, time, times } from "../lib/result.ts";
import { startWriter } from "../lib/writer.ts";
import { follow, sqliteCli } from "../original.ts";

interface Try {
  readonly ours: number;
  readonly original: number;
}

export const polling: Bench = {
  name: "polling",
  title: "The same by `bd activity` alone, beside the original",
  async run({ quick }) {
    // At most one try fits between two polls, so there are two towns.
    const tries = (await Promise.all([measure(quick ? 5 : 60), measure(quick ? 5 : 60)])).flat();
    const ours = tries.map((one) => one.ours);
    const original = tries.map((one) => one.original).filter(Number.isFinite);
    const row = (name: string, samples: readonly number[]): string[] => {
      const spread = spreadOf(samples);
      return [name, String(spread.n), times(spread), time(spread.p99), time(spread.max)];
    };
    return {
      notes: [
        "One of our watchers with nothing but `bd activity` (the change feed off), and the re-enacted original, follow the same town; each has a stand-in `bd activity` of its own that asks the rigs every 500 ms, and the same close reaches both. Polling is what both wait for; the original then starts `sqlite3` twice, we read. They poll at different moments, so that there is no ratio try by try.",
      ],
      tables: [
        {
          head: ["", "tries", "p50 (p5 – p95)", "p99", "max"],
          rows: [row("ours, bd alone", ours), ...(original.length > 0 ? [row("the original", original)] : [])],
        },
      ],
    };
  },
};

async function measure(tries: number): Promise<Try[]> {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys: tries, issuesPer: 3, rigs: 3 });
  town.startDaemons();
  const { bd } = installStandIns(`${dir.path}/bin`);
  const ours = markingGt(`${dir.path}/ours`);
  const original = markingGt(`${dir.path}/original`);
  const hq = new Database(town.db());
  const land = hq.prepare("update issues set status = 'closed', closed_at = datetime('now') where id = ?");
  await using writer = startWriter();
  const stop = new AbortController();
  const following =
    sqliteCli() === undefined
      ? undefined
      : follow(bd, { town: town.dir, database: town.db(), gt: original.path }, stop.signal);
  try {
    await using watcher = await startChecking(town.dir, { source: "bd", gt: ours.path, bd });
    await sleep(2_500);
    const seen: Try[] = [];
    for (const convoy of town.convoys) {
      const issue = town.issuesOf(convoy).at(-1) ?? "";
      const rig = `rig${rigOf(issue)}`;
      const commit = await writer.close(town.db(rig), issue);
      tellDaemon(town.beadsDir(rig), issue);
      const started = await Promise.all([ours.startedFor(convoy), following ? original.startedFor(ANY) : Number.NaN]);
      land.run(convoy);
      ours.release(convoy);
      original.release(ANY);
      await watcher.until((line) => line.event === "landed" && line.convoy === convoy, `landing of ${convoy}`);
      seen.push({ ours: started[0] - commit.epoch, original: started[1] - commit.epoch });
      if (following) await original.forget(ANY);
      // Anywhere between two polls.
      await sleep(Math.random() * 500);
    }
    return seen;
  } finally {
    original.release(ANY);
    stop.abort();
    await following;
    hq.close();
  }
}
