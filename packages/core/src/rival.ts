import type { ConvoyMemory, Run } from "./run.ts";

/** Looks who else lands convoys in this town, and says so when that has changed. */
export async function meetRival(run: Run): Promise<void> {
  const { grace, report, rival } = run.options;
  const name = (await rival())?.name;
  if (name === run.rival) return;
  run.rival = name;
  if (name === undefined) return;
  report({
    event: "warning",
    message: `${name} lands convoys here, too: each is left to it for ${grace / 1000} s first`,
  });
}

/** Whether the convoy is to be left to another watcher of the town for now. */
export function isLeftToRival(run: Run, id: string, memory: ConvoyMemory): boolean {
  const { clock, grace } = run.options;
  if (run.rival === undefined) return false;
  const now = clock.now();
  // A grace that is longer than it was can only come of a wall clock that was set back.
  if (memory.rivalUntil === undefined || memory.rivalUntil > now + grace) memory.rivalUntil = now + grace;
  const left = memory.rivalUntil - now;
  if (left > 0) run.landing.addAfter(id, left);
  return left > 0;
}
