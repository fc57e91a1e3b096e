import { setTimeout as sleep } from "node:timers/promises";
import { bulkTown, installStandIns, tempDir } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { closeLine, rigOf } from "../lib/closes.ts";
import { markingGt } from "../lib/marking-gt.ts";
import { spreadOf } from "../lib/measure.ts";
import { startChecking } from "../lib/processes.ts";
import { type Bench, time, times } from "../lib/result.ts";
import { startWriter, type Writer } from "../lib/writer.ts";
import { processLine, sqliteCli } from "../original.ts";

const BEFORE = 100;

export const behind: Bench = {
  name: "behind",
  title: "One completing close behind 100 that complete nothing",
  async run({ quick }) {
    const ours = await measureOurs(quick ? 3 : 15);
    const original = sqliteCli() === undefined ? undefined : await measureOriginal();
    const { median, p99, max } = spreadOf(ours.samples);
    return {
      notes: [
        `${BEFORE} closes of issues whose convoys stay open, then the one that completes a convoy, all as fast as another process commits them; from the last commit to the start of \`gt\` for that convoy. The original runs a check for each of the ${BEFORE} first, and reads no further line meanwhile.`,
      ],
      tables: [
        {
          head: ["", "tries", "last commit → its check", "p99", "max", "commands for the 100"],
          rows: [
            [
              "ours",
              String(ours.samples.length),
              times(spreadOf(ours.samples)),
              time(p99),
              time(max),
              String(ours.commands),
            ],
            ...(original
              ? [
                  [
                    "the original",
                    "1",
                    `${time(original.ms)} (${Math.round(original.ms / median)}×)`,
                    "–",
                    "–",
                    String(original.commands),
                  ],
                ]
              : []),
          ],
        },
      ],
      targets: [
        {
          what: `commands run for ${BEFORE} closes before a completing one`,
          target: "0",
          measured: String(ours.commands),
          met: ours.commands === 0,
        },
      ],
    };
  },
};

/** Round n closes issues of 100 bystanders, one each, and then all that convoy n waits for. */
function townFor(dir: string, rounds: number) {
  const town = bulkTown(dir, { convoys: BEFORE + rounds, issuesPer: rounds + 1, open: rounds + 1, rigs: 3 });
  const bystanders = town.convoys.slice(0, BEFORE);
  const completing = town.convoys.slice(BEFORE);
  const databases = town.rigs.map((rig) => new Database(town.db(rig)));
  const close = databases.map((database) =>
    database.prepare("update issues set status = 'closed', closed_at = datetime('now') where id = ?"),
  );
  for (const convoy of completing) for (const id of town.issuesOf(convoy).slice(1)) close[rigOf(id)]?.run(id);
  for (const database of databases) database.close();
  return { town, bystanders, completing };
}

async function measureOurs(rounds: number): Promise<{ samples: number[]; commands: number }> {
  using dir = tempDir();
  const { town, bystanders, completing } = townFor(`${dir.path}/town`, rounds);
  const { bd } = installStandIns(`${dir.path}/bin`);
  const gt = markingGt(`${dir.path}/gt`);
  const hq = new Database(town.db());
  const land = hq.prepare("update issues set status = 'closed', closed_at = datetime('now') where id = ?");
  await using writer: Writer = startWriter();
  await using watcher = await startChecking(town.dir, { source: "db", gt: gt.path, bd });
  const issues = new Map(bystanders.map((convoy) => [convoy, town.issuesOf(convoy)]));
  const samples: number[] = [];
  for (const [round, convoy] of completing.entries()) {
    await sleep(1_300);
    for (const bystander of bystanders) {
      const id = issues.get(bystander)?.[round] ?? "";
      void writer.close(town.db(`rig${rigOf(id)}`), id);
    }
    const last = town.issuesOf(convoy)[0] ?? "";
    const commit = await writer.close(town.db(`rig${rigOf(last)}`), last);
    samples.push((await gt.startedFor(convoy)) - commit.epoch);
    land.run(convoy);
    gt.release(convoy);
    await watcher.until((line) => line.event === "landed" && line.convoy === convoy, `landing of ${convoy}`);
  }
  hq.close();
  const commands = watcher.lines.filter(
    ({ event, convoy = "" }) => event === "checking" && bystanders.includes(convoy),
  ).length;
  return { samples, commands };
}

async function measureOriginal(): Promise<{ ms: number; commands: number }> {
  using dir = tempDir();
  const { town, bystanders, completing } = townFor(`${dir.path}/town`, 1);
  const { gt, control } = installStandIns(`${dir.path}/bin`);
  control.set({ gt: { mode: "seed" } });
  const ids = [...bystanders, ...completing].map((convoy) => town.issuesOf(convoy)[0] ?? "");
  for (const id of ids.slice(0, -1)) town.close(id);
  town.close(ids.at(-1) ?? "");
  const start = performance.now();
  let commands = 0;
  for (const id of ids.slice(0, -1))
    commands += await processLine(closeLine(id), { town: town.dir, database: town.db(), gt });
  return { ms: performance.now() - start, commands };
}
