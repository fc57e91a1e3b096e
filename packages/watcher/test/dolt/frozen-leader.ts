import { spawn } from "node:child_process";
import { cpSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, installDoltStandIns, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("../support/programs/watcher.ts", import.meta.url));
const soon = { timeout: 20_000, interval: 20 };

interface Machine {
  signal(name: NodeJS.Signals): void;
  readonly mails: () => readonly string[];
  /** What gt was told to do here. */
  readonly commands: () => readonly string[];
  said(...words: readonly string[]): boolean;
}

/** A watcher in a process of its own, over a copy of the town, as another machine has it. */
function machine(town: string): Machine {
  const dir = tempDir(onTestFinished).path;
  cpSync(town, `${dir}/town`, { recursive: true });
  const tools = installDoltStandIns(`${dir}/bin`);
  const child = spawn(process.execPath, [PROGRAM, `${dir}/town`, tools.bd, tools.gt], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => void lines.push(line));
  const exited = new Promise((resolve) => void child.once("exit", resolve));
  onTestFinished(async () => {
    process.kill(child.pid ?? 0, "SIGKILL");
    await exited;
  });
  return {
    // Deno takes a child that it has stopped for one that has ended, and sends it nothing more.
    signal: (name) => void process.kill(child.pid ?? 0, name),
    mails: () => tools.control.mails().map(({ convoy }) => convoy),
    commands: () => lines.filter((line) => line.includes('"checking"')),
    said: (...words) => lines.some((line) => words.every((word) => line.includes(word))),
  };
}

/** A leader that is stopped in its tracks, and wakes up when another one leads. */
export function frozenLeaderSuite(server: () => SqlServer): void {
  test("a frozen leader is replaced, and runs nothing when it wakes up", async () => {
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), { namespace: "frozen_" });
    for (const id of ["al-1", "al-2", "al-3"]) await town.beads("alpha").issue({ id });
    for (const [convoy, issue] of [
      ["hq-cv-a", "al-1"],
      ["hq-cv-b", "al-2"],
      ["hq-cv-c", "al-3"],
    ] as const)
      await town.beads().convoy({ id: convoy, tracks: [`external:al:${issue}`] });
    const first = machine(town.dir);
    await expect.poll(() => first.said('"watching"'), soon).toBe(true);
    const second = machine(town.dir);
    await expect.poll(() => second.said("leads this town: standing by"), soon).toBe(true);

    first.signal("SIGSTOP");
    await town.beads("alpha").close("al-1");
    await expect
      .poll(() => second.said("this watcher leads the town now"), { timeout: 15_000, interval: 20 })
      .toBe(true);
    await expect.poll(() => second.said('"landed"', "hq-cv-a"), soon).toBe(true);

    // The one that wakes up finds a complete convoy at once: it is stopped only by what the server says.
    second.signal("SIGSTOP");
    await town.beads("alpha").close("al-2");
    first.signal("SIGCONT");
    await expect.poll(() => first.said("leads this town now: standing by"), soon).toBe(true);
    expect([first.commands(), first.mails()]).toEqual([[], []]);
    second.signal("SIGCONT");
    await expect.poll(() => second.said('"landed"', "hq-cv-b"), soon).toBe(true);
    await town.beads("alpha").close("al-3");
    await expect.poll(() => second.said('"landed"', "hq-cv-c"), soon).toBe(true);
    expect([first.mails(), second.mails()]).toEqual([[], ["hq-cv-a", "hq-cv-b", "hq-cv-c"]]);
  }, 90_000);
}
