import { bulkTown, tempDir } from "@gastown/test-fixtures";
import { interleave, ratioOf, spreadOf } from "../lib/measure.ts";
import { type Bench, ratio, time, times } from "../lib/result.ts";
import { sweepsOf } from "../lib/sweeps.ts";

export const rigs: Bench = {
  name: "rigs",
  title: "Sweep of 1,000 open convoys × 10, by rigs",
  async run({ quick, say }) {
    const rows: { rigs: number; warm: number[]; cold: number[]; floor: number[] }[] = [];
    for (const number of quick ? [1, 10] : [1, 10, 50, 100, 200]) {
      rows.push({ rigs: number, ...(await measure(number, quick ? 2 : 7)) });
      say(`${number} rigs`);
    }
    return {
      notes: ["The same rows in ever more databases. The floor opens nothing and runs one prepared query in each."],
      tables: [
        {
          head: ["rigs", "warm", "cold", "floor", "warm / floor"],
          rows: rows.map((row) => [
            String(row.rigs),
            times(spreadOf(row.warm)),
            times(spreadOf(row.cold)),
            time(spreadOf(row.floor).median),
            ratio(ratioOf(row.warm, row.floor)),
          ]),
        },
      ],
    };
  },
};

async function measure(number: number, rounds: number) {
  using dir = tempDir();
  const town = bulkTown(`${dir.path}/town`, { convoys: 1_000, issuesPer: 10, rigs: number });
  using sweeps = sweepsOf(town);
  await interleave(2, sweeps.ways);
  return await interleave(rounds, sweeps.ways);
}
