import type { Run } from "./run.ts";

/** Looks who else lands convoys in this town, and says so when that has changed. */
export async function meetRival(run: Run): Promise<void> {
  const { grace, report, rival } = run.options;
  const name = await rival();
  if (name === run.rival) return;
  run.rival = name;
  if (name === undefined) return;
  report({
    event: "warning",
    message: `${name} lands convoys here, too: each is left to it for ${grace / 1000} s first`,
  });
}
