import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { endWithUs } from "../lib/children.ts";
import { ask, lookUp } from "./lookup.ts";

const run = promisify(execFile);

export interface OriginalOptions {
  readonly town: string;
  /** The town's own database. */
  readonly database: string;
  readonly gt: string;
}

/**
 * What the original does with a line of `bd activity`: looks up the convoys, asks whether each is still open, and runs a
 * check of everything. The next line is not read before that has ended.
 *
 * @returns how many checks were run
 */
export async function processLine(line: string, { town, database, gt }: OriginalOptions): Promise<number> {
  let event: { type?: string; issue_id?: string; new_status?: string };
  try {
    event = JSON.parse(line) as typeof event;
  } catch {
    return 0;
  }
  if (event.type !== "status" || event.new_status !== "closed") return 0;
  let checks = 0;
  for (const convoy of await lookUp(database, event.issue_id ?? "")) {
    const [row] = await ask<{ status: string }>(database, `SELECT status FROM issues WHERE id = '${convoy}'`);
    if (row === undefined || row.status === "closed") continue;
    checks += 1;
    await run(gt, ["convoy", "check"], { cwd: town }).catch(() => undefined);
  }
  return checks;
}

/** Follows `bd activity`, which asks the rigs every 500 ms, until the signal is aborted. */
export async function follow(bd: string, options: OriginalOptions, signal: AbortSignal): Promise<void> {
  const child = endWithUs(
    spawn(bd, ["activity", "--follow", "--town", "--json"], {
      cwd: options.town,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const end = (): void => void child.kill();
  signal.addEventListener("abort", end, { once: true });
  for await (const line of createInterface({ input: child.stdout })) {
    if (signal.aborted) break;
    await processLine(line, options);
  }
  child.kill();
}
