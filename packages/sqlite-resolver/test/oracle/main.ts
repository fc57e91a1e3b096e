// Walks over a town until the time is over or an answer differs: --minutes N (default 1), --seed N, --quiet MS, --held to hold root to file modes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HOLD, HOLDING } from "./hold.ts";
import { walk } from "./walk.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Math.ceil(Math.random() * 2 ** 31)) },
    quiet: { type: "string", default: "2000" },
    held: { type: "boolean", default: false },
  },
});
const { minutes, seed, quiet, held } = values;
if (held) {
  const again = [...process.execArgv, import.meta.filename, "--minutes", minutes, "--seed", seed, "--quiet", quiet];
  const { status } = spawnSync(HOLD, [...HOLDING, process.execPath, ...again], { stdio: "inherit" });
  process.exit(status ?? 1);
}
const dir = mkdtempSync(join(tmpdir(), "oracle-"));
try {
  const { operations, comparisons, differences } = await walk({
    dir,
    seed: Number(seed),
    ms: Number(minutes) * 60_000,
    quiet: Number(quiet),
  });
  process.stdout.write(`seed ${seed}: ${operations} operations, ${comparisons} comparisons\n`);
  for (const difference of differences) process.stdout.write(`✗ ${difference}\n`);
  process.exitCode = differences.length === 0 ? 0 : 1;
} finally {
  spawnSync("chmod", ["-R", "u+rwx", dir]);
  rmSync(dir, { recursive: true, force: true });
}
