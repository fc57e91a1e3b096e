/** Codes of a place that has no room left; whatever else a write fails with, nobody can read what is written any more. */
const FULL: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];

const guard = { goesOn: false, full: false };

/** Whether a failed write may work later: the disk is full. */
export function isFull({ code = "" }: NodeJS.ErrnoException): boolean {
  return FULL.includes(code);
}

/**
 * Keeps a stdout or stderr that cannot be written from ending the process in the middle of its work. A reader that went
 * away is no fault. A full disk is one, told in two lines on stderr, with exit status 1; once only, and without that
 * status, by a program that goes on (`outliveOutput`).
 */
export function guardOutput(): void {
  // Where complaints go there is nobody to complain to.
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!isFull(error) || guard.full) return;
    guard.full = true;
    process.stderr.write(guard.goesOn ? goingOn(error) : failed(error));
  });
  process.on("exit", () => {
    if (guard.full && !guard.goesOn) process.exitCode = 1;
  });
}

/** From now on the work matters more than what is printed of it. */
export function outliveOutput(): void {
  guard.goesOn = true;
}

function failed({ message }: Error): string {
  return `Error: stdout cannot be written: ${message}\nHint: make room where it goes, or send it elsewhere\n`;
}

function goingOn({ message }: Error): string {
  return `Warning: stdout cannot be written: ${message}\nHint: the work goes on, and is not printed until there is room where it goes\n`;
}
