import { expect } from "vitest";
import type { RunningCli } from "./running-cli.ts";
import type { Scene } from "./scene.ts";

/**
 * Writes to every database of a town while it is followed: convoys are made, and their issues closed, in transactions of
 * this process, each over a connection of its own. SQLite takes the log away whenever the last connection closes, unless
 * the watcher still has its locks. Then every one of them has landed, and the files are whole.
 */
export async function writtenByOthers({ town, control }: Scene, cli: RunningCli, rounds: number): Promise<void> {
  // A gt that closes the convoy it is asked for, and no other that happens to be complete.
  control.set({ gt: { mode: "head" } });
  const convoys: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const issues = ["alpha", "beta"].map((rig) => town.createIssue({ rig }));
    convoys.push(town.createConvoy({ title: `Round ${round}`, tracks: issues }));
    for (const issue of issues) town.close(issue);
    if (round % 5 === 4) await cli.record("landed", { convoy: convoys.at(-1) });
  }
  for (const convoy of convoys) await cli.record("landed", { convoy });
  expect(cli.records("warning")).toEqual([]);
  expect(convoys.map((convoy) => town.status(convoy))).toEqual(convoys.map(() => "closed"));
}
