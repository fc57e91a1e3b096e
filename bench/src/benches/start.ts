import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { bulkTown, installStandIns, tempDir } from "@gastown/test-fixtures";
import { interleave, ratioOf, spreadOf, timed } from "../lib/measure.ts";
import { cleanEnvironment, cli, ended, endWithUs } from "../lib/processes.ts";
import { type Bench, ratio, time, times } from "../lib/result.ts";

const run = promisify(execFile);

export const start: Bench = {
  name: "start",
  title: "Start of the commands, 100 convoys over 3 rigs",
  async run({ quick }) {
    using dir = tempDir();
    const town = bulkTown(`${dir.path}/town`, { convoys: 100, issuesPer: 10, rigs: 3 });
    town.startDaemons();
    const { bd, gt } = installStandIns(`${dir.path}/bin`);
    const env = cleanEnvironment();
    const node = (...args: string[]) => timed(() => run(process.execPath, args, { env }));
    const ways = {
      node: () => node("-e", "0"),
      version: () => node(cli, "--version"),
      list: () => node(cli, "list", "--town", town.dir, "--json"),
      watching: () => untilWatching(["--town", town.dir, "--gt", gt, "--bd", bd]),
    };
    await interleave(2, ways);
    const samples = await interleave(quick ? 3 : 21, ways);
    const row = (name: string, of: readonly number[]): string[] => {
      const spread = spreadOf(of);
      return [name, times(spread), time(spread.max), ratio(ratioOf(of, samples.node))];
    };
    const target = (what: string, of: readonly number[], limit: number) => {
      const { median } = spreadOf(of);
      return { what, target: `≤ ${limit} ms`, measured: time(median), met: median <= limit };
    };
    return {
      notes: [
        "From the spawn to the end of the process, or to the reading of the record `watching`; the compile cache is warm, as it is from the second start on. The floor is `node -e 0`.",
      ],
      tables: [
        {
          head: ["", "takes", "max", "of the floor"],
          rows: [
            row("floor: `node -e 0`", samples.node),
            row("`convoy-cli --version`", samples.version),
            row("`convoy-cli list --json`", samples.list),
            row("`convoy-cli watch` to `watching`", samples.watching),
          ],
        },
      ],
      targets: [
        target("start of `watch` to `watching`, 100 convoys", samples.watching, 250),
        target("`convoy-cli --version`", samples.version, 80),
        target("`convoy-cli list`", samples.list, 200),
      ],
    };
  },
};

async function untilWatching(args: readonly string[]): Promise<number> {
  const from = performance.now();
  const child = endWithUs(
    spawn(process.execPath, [cli, "watch", "--json", ...args], {
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  let ms = Number.NaN;
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"event":"watching"')) continue;
    ms = performance.now() - from;
    break;
  }
  await ended(child);
  return ms;
}
