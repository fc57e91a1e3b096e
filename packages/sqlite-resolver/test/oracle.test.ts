import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { HOLD } from "./oracle/hold.ts";
import { driver } from "./support/driver.ts";

const program = fileURLToPath(new URL("./oracle/main.ts", import.meta.url));
/** Root, whom no mode stops, is held to modes by setpriv. */
const canHold = process.getuid?.() === 0 && spawnSync(HOLD, ["--version"]).error === undefined;

async function walk(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...process.env, CONVOY_SQLITE_DRIVER: driver } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await new Promise((resolve) => void child.once("close", resolve));
  return output;
}

test.for([
  ["as whoever runs this", []],
  ["held to file modes", ["--held"]],
] as const)(
  "after random operations on the files of a town our answers are those of a program that has just opened them, %s",
  async ([who, flags], { skip }) => {
    skip(who !== "as whoever runs this" && !canHold, "only root has to be held, and only with setpriv");
    const output = await walk("--minutes", "0.04", "--seed", "13", "--quiet", "8000", ...flags);
    expect(output).toMatch(/^seed 13: \d+ operations, \d+ comparisons\n$/);
  },
);
