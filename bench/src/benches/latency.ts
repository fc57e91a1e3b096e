import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { bulkTown, installStandIns, tempDir } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { epochOffset, milliseconds, wakeUp } from "../lib/clock.ts";
import { rigOf, tellDaemon } from "../lib/closes.ts";
import { type MarkingGt, markingGt } from "../lib/marking-gt.ts";
import { spreadOf } from "../lib/measure.ts";
import { startChecking } from "../lib/processes.ts";
import { type Bench, time } from "../lib/result.ts";
import { startWriter } from "../lib/writer.ts";

const run = promisify(execFile);

/** All in milliseconds after the commit; `spawn` from the call to the first line of the script. */
interface Try {
  readonly checking: number;
  readonly started: number;
  readonly wake: number;
  readonly spawn: number;
}

export const latency: Bench = {
  name: "latency",
  title: "From a commit to the start of `gt convoy check`",
  async run({ quick, say }) {
    const rows: { name: string; tries: Try[] }[] = [];
    for (const journal of ["wal", "delete"] as const) {
      for (const source of ["db", "bd,db"]) {
        const tries = await measure(source, journal, quick ? 10 : 120);
        rows.push({
          name: `${source === "db" ? "change feed" : "feed and bd"}, ${journal === "wal" ? "WAL" : "DELETE"}`,
          tries,
        });
        say(`${rows.at(-1)?.name}: ${time(spreadOf(tries.map((one) => one.started)).median)}`);
      }
    }
    const spreads = rows.map(({ name, tries }) => ({
      name,
      started: spreadOf(tries.map((one) => one.started)),
      tries,
    }));
    const worst = spreads.reduce((one, other) => (other.started.p99 > one.started.p99 ? other : one));
    const medians = Math.max(...spreads.map(({ started }) => started.median));
    return {
      notes: [
        "Another process commits the last close of a convoy; its clock is read after `COMMIT` has returned. The `gt` here is a shell script whose first command writes down the time: about 2 ms of the measured time are the start of `sh` and `date`. *checking* is the watcher's own record just before it starts `gt`. The floor is what nothing can go below: a bare `fs.watch` wake-up of another process on the same commit, and a bare spawn of the same script, both measured at every try. Between two tries the town rests for 10 to 60 ms; each landing writes to the town's database.",
      ],
      tables: [
        {
          head: [
            "sources, journal",
            "tries",
            "p50",
            "p99",
            "max",
            "p50 of *checking*",
            "floor: wake-up + spawn, p50",
            "p99",
          ],
          rows: spreads.map(({ name, started, tries }) => {
            const checking = spreadOf(tries.map((one) => one.checking));
            const floor = spreadOf(tries.map((one) => one.wake + one.spawn));
            return [
              name,
              String(started.n),
              time(started.median),
              time(started.p99),
              time(started.max),
              time(checking.median),
              time(floor.median),
              time(floor.p99),
            ];
          }),
        },
      ],
      targets: [
        {
          what: "commit of the last close → `gt convoy check` started, idle town",
          target: "median ≤ 25 ms, p99 ≤ 100 ms",
          measured: `median ${time(medians)}, p99 ${time(worst.started.p99)} (the worst of each in the four set-ups)`,
          met: medians <= 25 && worst.started.p99 <= 100,
        },
      ],
    };
  },
};

async function measure(source: string, journal: "wal" | "delete", tries: number): Promise<Try[]> {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys: tries, issuesPer: 3, rigs: 3, journal });
  town.startDaemons();
  const { bd } = installStandIns(`${dir.path}/bin`);
  const gt = markingGt(`${dir.path}/gt`);
  const hq = new Database(town.db());
  const land = hq.prepare("update issues set status = 'closed', closed_at = datetime('now') where id = ?");
  await using writer = startWriter();
  await using watcher = await startChecking(town.dir, { source, gt: gt.path, bd });
  await sleep(1_500);

  const wakeUps = town.rigs.map((rig) => wakeUp(town.beadsDir(rig)));
  const seen: Try[] = [];
  for (const convoy of town.convoys) {
    const issue = town.issuesOf(convoy).at(-1) ?? "";
    const rig = rigOf(issue);
    const wake = wakeUps[rig]?.next();
    const commit = await writer.close(town.db(`rig${rig}`), issue);
    if (source.includes("bd")) tellDaemon(town.beadsDir(`rig${rig}`), issue);
    const started = await gt.startedFor(convoy);
    const checking = await watcher.until(
      (line) => line.event === "checking" && line.convoy === convoy,
      `checking of ${convoy}`,
    );
    land.run(convoy);
    gt.release(convoy);
    await watcher.until((line) => line.event === "landed" && line.convoy === convoy, `landing of ${convoy}`);
    seen.push({
      checking: Date.parse(checking.time) - commit.epoch,
      started: started - commit.epoch,
      wake: Math.max(0, ((await wake) ?? Number.NaN) - commit.monotonic),
      spawn: await bareSpawn(gt),
    });
    await sleep(10 + Math.random() * 50);
  }
  for (const one of wakeUps) one.close();
  hq.close();
  return seen;
}

let spawns = 0;

/** From the call to the first line of the same script, in milliseconds. */
async function bareSpawn(gt: MarkingGt): Promise<number> {
  const name = `bare-${(spawns += 1)}`;
  gt.release(name);
  const offset = epochOffset();
  const before = milliseconds(String(process.hrtime.bigint() + offset));
  const ending = run(gt.path, ["convoy", "check", name]);
  const started = await gt.startedFor(name);
  await ending;
  return started - before;
}
