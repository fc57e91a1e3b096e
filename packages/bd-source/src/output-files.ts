import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createTail } from "./tail.ts";

/** A file longer than this is emptied, in bytes: a program that prints without end must not fill the disk. */
const CEILING = 1 << 20;
const LOOK_EVERY = 500;

/** What a program says, in two files without a name: they are gone when both it and this process are. */
export interface OutputFiles {
  readonly stdout: number;
  readonly stderr: number;
  /** The last of each, as text. */
  texts(): readonly string[];
  close(): void;
}

/**
 * Files for the output of a program that is to outlive this process: one that writes into a pipe ends at its next line
 * (SIGPIPE) when nobody is left to read it.
 *
 * @param limit how many bytes of each are told
 * @returns undefined when there can be no file in that directory
 */
export function openOutputFiles(dir: string, limit: number): OutputFiles | undefined {
  const opened: number[] = [];
  try {
    for (const name of ["stdout", "stderr"]) opened.push(openUnnamed(join(dir, `output.${name}.${process.pid}.tmp`)));
  } catch {
    for (const fd of opened) closeSync(fd);
    return undefined;
  }
  const [stdout = -1, stderr = -1] = opened;
  const timer = setInterval(() => opened.forEach(emptyWhenLong), LOOK_EVERY);
  return {
    stdout,
    stderr,
    texts: () => opened.map((fd) => lastOf(fd, limit)),
    close() {
      clearInterval(timer);
      for (const fd of opened) closeSync(fd);
    },
  };
}

/** Whoever writes appends, so that the file can be emptied under it. */
function openUnnamed(file: string): number {
  const fd = openSync(file, "ax+", 0o600);
  rmSync(file);
  return fd;
}

function emptyWhenLong(fd: number): void {
  if (fstatSync(fd).size > CEILING) ftruncateSync(fd, 0);
}

function lastOf(fd: number, limit: number): string {
  const from = Math.max(0, fstatSync(fd).size - limit);
  const bytes = new Uint8Array(limit);
  const tail = createTail(limit);
  tail.push(bytes.subarray(0, readSync(fd, bytes, 0, limit, from)));
  return tail.text();
}
