import { linkOf, namesIn, otherPids, readText } from "@gastown/process";

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

/**
 * Looks whether somebody still reads the pipe behind a file descriptor of ours. A write would tell, but there may be
 * nothing to write for hours; and Node cannot poll. So we ask who has the other end: only where there is a /proc.
 *
 * @returns undefined when it is no pipe, or nobody can be seen who reads it
 */
export function pipeReader(fd: number, proc = "/proc"): { isGone(): boolean } | undefined {
  // Deno would ask the user for leave.
  if ("Deno" in globalThis) return undefined;
  const pipe = linkOf(`${proc}/self/fd/${fd}`);
  if (pipe === undefined || !pipe.startsWith("pipe:")) return undefined;
  let reader = findReader(pipe, proc);
  if (reader === undefined) return undefined;
  return {
    isGone() {
      if (reader !== undefined && linkOf(reader) === pipe) return false;
      reader = findReader(pipe, proc);
      return reader === undefined;
    },
  };
}

/** The descriptor of another process that reads the pipe. */
function findReader(pipe: string, proc: string): string | undefined {
  for (const pid of otherPids(proc)) {
    for (const fd of namesIn(`${proc}/${pid}/fd`)) {
      const path = `${proc}/${pid}/fd/${fd}`;
      if (linkOf(path) === pipe && isWriteOnly(`${proc}/${pid}/fdinfo/${fd}`) === false) return path;
    }
  }
  return undefined;
}

/** Undefined where nobody says. `flags: 0100000`, octal; its last digit is 1 when the file is open for writing only. */
export function isWriteOnly(fdinfo: string): boolean | undefined {
  const text = readText(fdinfo);
  return text === undefined ? undefined : /^flags:\s*\d*1$/m.test(text);
}
