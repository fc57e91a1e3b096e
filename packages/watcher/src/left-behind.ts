import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endProcess, markOf, type ProcessMark } from "@gastown/process";

const GRACE = 1_000;

/** Notes which `bd activity` runs, so that the next watcher can end it when this one is killed. Never throws. */
export function noteBd(dir: string, pid: number | undefined): void {
  const file = fileIn(dir);
  try {
    const mark = pid === undefined ? undefined : markOf(pid);
    if (mark === undefined) rmSync(file, { force: true });
    else writeFileSync(file, `${JSON.stringify(mark)}\n`);
  } catch {
    // Without the note it ends by itself, at its next line: nobody reads it.
  }
}

/** Ends the `bd activity` of a watcher that was killed. For the one who holds the lock of the directory; never rejects. */
export async function endLeftBehind(dir: string): Promise<void> {
  const mark = readMark(fileIn(dir));
  noteBd(dir, undefined);
  if (mark !== undefined) await endProcess(mark, GRACE);
}

function fileIn(dir: string): string {
  return join(dir, "bd-activity.json");
}

function readMark(file: string): ProcessMark | undefined {
  try {
    const { pid, start } = JSON.parse(readFileSync(file, "utf8")) as Partial<ProcessMark>;
    return Number.isSafeInteger(pid) && pid !== undefined && pid > 1 && typeof start === "string"
      ? { pid, start }
      : undefined;
  } catch {
    return undefined;
  }
}
