import { bulkTown, tempDir } from "@gastown/test-fixtures";
import { rigOf } from "../lib/closes.ts";
import { growth, interleave, ratioOf, spreadOf, timed } from "../lib/measure.ts";
import { type Bench, count, ratio, time, times } from "../lib/result.ts";
import { sweepsOf } from "../lib/sweeps.ts";
import { checkAll, sqliteCli } from "../original.ts";

const RIGS = 10;

interface Row {
  readonly convoys: number;
  readonly warm: number[];
  readonly cold: number[];
  readonly floor: number[];
  readonly original: number[];
}

export const sweep: Bench = {
  name: "sweep",
  title: "Sweep of all open convoys, 10 issues each, over 10 rigs",
  async run({ quick, say }) {
    const rows: Row[] = [];
    for (const convoys of quick ? [10, 100] : [10, 100, 1_000, 10_000]) {
      rows.push(await measure(convoys, quick ? 3 : convoys > 1_000 ? 7 : 15));
      say(`${count(convoys)} convoys`);
    }
    const at = rows.find(({ convoys }) => convoys === 1_000);
    const last = rows
      .filter(({ convoys }) => convoys >= 1_000)
      .map((row) => [row.convoys, spreadOf(row.warm).median] as const);
    return {
      notes: [
        "A whole sweep: which convoys are open, what each tracks, how each of those stands in its own database, the verdict, its report. Cold: with no database opened, no statement prepared. The floor reads the same rows with one prepared query for each database, and decides nothing. The original starts a process for each question; from 1,000 convoys on it is left out, because a single sweep takes longer than the other measurements together.",
        ...(last.length > 1
          ? [
              `From 1,000 to 10,000 convoys a sweep grows with the power ${growth(last).toFixed(2)} of their number (1 is linear).`,
            ]
          : []),
      ],
      tables: [
        {
          head: ["convoys", "warm", "cold", "floor", "original", "original / warm", "warm / floor"],
          rows: rows.map((row) => [
            count(row.convoys),
            times(spreadOf(row.warm)),
            times(spreadOf(row.cold)),
            time(spreadOf(row.floor).median),
            row.original.length > 0 ? time(spreadOf(row.original).median) : "–",
            row.original.length > 0 ? ratio(ratioOf(row.original, row.warm)) : "–",
            ratio(ratioOf(row.warm, row.floor)),
          ]),
        },
      ],
      targets: at && [
        target("sweep of 1,000 × 10 over 10 rigs, warm", at.warm, 100),
        target("the same from cold", at.cold, 300),
        {
          what: "the same, 10,000 × 10",
          target: "linear",
          measured: `${time(spreadOf(rows.at(-1)?.warm ?? []).median)}, power ${growth(last).toFixed(2)}`,
          met: growth(last) < 1.15,
        },
      ],
    };
  },
};

function target(what: string, samples: readonly number[], limit: number) {
  const { median } = spreadOf(samples);
  return { what, target: `≤ ${limit} ms`, measured: time(median), met: median <= limit };
}

async function measure(convoys: number, rounds: number): Promise<Row> {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys, issuesPer: 10, rigs: RIGS });
  using sweeps = sweepsOf(town);
  const { ways } = sweeps;
  await interleave(2, ways);
  const original = (): Promise<number> => timed(() => checkAll(town.db(), (issue) => town.db(`rig${rigOf(issue)}`)));
  const withOriginal = convoys <= 100 && sqliteCli() !== undefined;
  const samples: Record<string, number[]> = await interleave<string>(withOriginal ? 5 : rounds, {
    ...ways,
    ...(withOriginal && { original }),
  });
  return {
    convoys,
    warm: samples["warm"] ?? [],
    cold: samples["cold"] ?? [],
    floor: samples["floor"] ?? [],
    original: samples["original"] ?? [],
  };
}
