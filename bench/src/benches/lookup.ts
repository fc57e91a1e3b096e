import { openStore } from "@gastown/convoy-watcher";
import { tempDir } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { growth, interleave, ratioOf, spreadOf, timed } from "../lib/measure.ts";
import { type Bench, count, ratio, time, times } from "../lib/result.ts";
import { edgesTown } from "../lib/towns.ts";
import { lookUp, sqliteCli } from "../original.ts";

const BATCH = 200;

interface Row {
  readonly edges: number;
  readonly ours: number[];
  readonly floor: number[];
  readonly original: number[];
  readonly after: number[];
  readonly first: number[];
}

export const lookup: Bench = {
  name: "lookup",
  title: "Which convoys track this issue",
  async run({ quick, say }) {
    const rows: Row[] = [];
    for (const edges of quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000]) {
      rows.push(await measure(edges, quick ? 3 : edges > 100_000 ? 7 : 15));
      say(`${count(edges)} edges`);
    }
    const at = rows.find(({ edges }) => edges === 100_000);
    const ours = at && spreadOf(at.ours);
    const growths = growth(rows.map((row) => [row.edges, spreadOf(row.ours).median]));
    return {
      notes: [
        `One lookup through the store that the watcher uses, its check for changes of the town included; the floor is the bare query for one known reference on better-sqlite3, prepared; the original forks \`sqlite3 -json\` with \`LIKE '%:id'\`. "After a commit" is the first lookup after somebody has written to the town's database; "the very first" opens the database and reads all edges. From the first to the last row our lookup grows with the power ${growths.toFixed(2)} of the edges.`,
      ],
      tables: [
        {
          head: [
            "edges",
            "ours",
            "floor",
            "original",
            "original / ours",
            "ours / floor",
            "ours, after a commit",
            "ours, the very first",
          ],
          rows: rows.map((row) => [
            count(row.edges),
            times(spreadOf(row.ours)),
            time(spreadOf(row.floor).median),
            row.original.length > 0 ? times(spreadOf(row.original)) : "–",
            row.original.length > 0 ? ratio(ratioOf(row.original, row.ours)) : "–",
            ratio(ratioOf(row.ours, row.floor)),
            times(spreadOf(row.after)),
            time(spreadOf(row.first).median),
          ]),
        },
      ],
      targets: ours && [
        {
          what: "which convoys track this issue, 100,000 edges",
          target: "median ≤ 20 µs",
          measured: time(ours.median),
          met: ours.median <= 0.02,
        },
      ],
    };
  },
};

async function measure(edges: number, rounds: number): Promise<Row> {
  using dir = tempDir();
  const { town, issues } = edgesTown(`${dir.path}/town`, edges);
  const { store, close } = openStore(town.dir);
  const bare = new Database(town.db());
  const query = bare.prepare("select issue_id from dependencies where depends_on_id = ? and type = 'tracks'").pluck();
  const references = issues.map((issue) => `external:${issue.replace(/^r(\d+).*/, "rig$1")}:${issue}`);
  const touch = bare.prepare("update issues set title = hex(randomblob(8)) where id = 'hq-cv-00000'");
  await store.convoysTracking(issues.slice(0, 1));
  let next = 0;
  const each = async (work: (at: number) => unknown): Promise<number> => {
    const cost = await timed(async () => {
      for (let at = 0; at < BATCH; at += 1) await work(at % issues.length);
    });
    return cost / BATCH;
  };
  const ways = {
    ours: () => each((at) => store.convoysTracking([issues[at] ?? ""])),
    floor: () => each((at) => query.all(references[at])),
  };
  await interleave(3, ways);
  const original = (): Promise<number> => timed(() => lookUp(town.db(), issues[(next += 1) % issues.length] ?? ""));
  const samples: Record<string, number[]> = await interleave<string>(rounds, {
    ...ways,
    ...(sqliteCli() !== undefined && { original }),
  });
  const after: number[] = [];
  for (let round = 0; round < Math.min(rounds, 7); round += 1) {
    touch.run();
    after.push(await timed(() => store.convoysTracking([issues[round] ?? ""])));
  }
  const first: number[] = [];
  for (let round = 0; round < (edges > 100_000 ? 2 : 5); round += 1) {
    const fresh = openStore(town.dir);
    first.push(await timed(() => fresh.store.convoysTracking([issues[round] ?? ""])));
    fresh.close();
  }
  bare.close();
  close();
  return {
    edges,
    ours: samples["ours"] ?? [],
    floor: samples["floor"] ?? [],
    original: samples["original"] ?? [],
    after,
    first,
  };
}
