import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";

/** The last of what a stream said, as text. */
export interface Tail {
  push(chunk: Uint8Array): void;
  text(): string;
}

/** @param limit how many characters are kept */
export function createTail(limit: number): Tail {
  const decoder = new StringDecoder("utf8");
  let kept = "";
  return {
    push(chunk) {
      kept = (kept + decoder.write(Buffer.from(chunk))).slice(-limit);
    },
    text: () => kept.trim(),
  };
}

/** A file longer than this is emptied, in bytes: a program that prints without end must not fill the disk. */
const CEILING = 1 << 20;
const LOOK_EVERY = 500;
const STREAMS = ["stdout", "stderr"] as const;

/** Where what a program says is kept while it runs. */
export interface OutputPlace {
  readonly dir: string;
  /** Unique to the run: `<name>.stdout` and `<name>.stderr` are made in that directory. */
  readonly name: string;
}

/** What a program says, in two files that are there as long as somebody may want to know. */
export interface OutputFiles {
  readonly stdout: number;
  readonly stderr: number;
  /** The last of each, as text. */
  texts(): readonly string[];
  /** Lets go of the files. They are removed, unless the program is left to write on. */
  close(keep: boolean): void;
}

/**
 * Files for the output of a program that may outlive this process: one that writes into a pipe ends at its next line
 * (SIGPIPE) when nobody is left to read it.
 *
 * @param limit how many bytes of each are told
 * @returns undefined when there can be no file in that directory
 */
export function openOutputFiles(place: OutputPlace, limit: number): OutputFiles | undefined {
  const opened: number[] = [];
  try {
    // Whoever writes appends, so that the file can be emptied under it.
    for (const file of filesOf(place)) opened.push(openSync(file, "ax+", 0o600));
  } catch {
    for (const fd of opened) closeSync(fd);
    if (opened.length > 0) forgetOutput(place);
    return undefined;
  }
  const [stdout = -1, stderr = -1] = opened;
  const timer = setInterval(() => opened.forEach(emptyWhenLong), LOOK_EVERY);
  return {
    stdout,
    stderr,
    texts: () => opened.map((fd) => lastOf(fd, limit)),
    close(keep) {
      clearInterval(timer);
      for (const fd of opened) closeSync(fd);
      if (!keep) forgetOutput(place);
    },
  };
}

/** What a program that was left to itself has said so far, the last of stdout before that of stderr. */
export function readOutput(place: OutputPlace, limit: number): string {
  return joined(filesOf(place).map((file) => readEnd(file, limit)));
}

/** Removes the files of a program that has ended. */
export function forgetOutput(place: OutputPlace): void {
  for (const file of filesOf(place)) rmSync(file, { force: true });
}

/** Several texts as one, without those that are empty. */
export function joined(texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n");
}

function filesOf({ dir, name }: OutputPlace): readonly string[] {
  return STREAMS.map((stream) => join(dir, `${name}.${stream}`));
}

function emptyWhenLong(fd: number): void {
  if (fstatSync(fd).size > CEILING) ftruncateSync(fd, 0);
}

function readEnd(file: string, limit: number): string {
  try {
    const fd = openSync(file, "r");
    try {
      return lastOf(fd, limit);
    } finally {
      closeSync(fd);
    }
  } catch {
    return "";
  }
}

function lastOf(fd: number, limit: number): string {
  const from = Math.max(0, fstatSync(fd).size - limit);
  const bytes = new Uint8Array(limit);
  const tail = createTail(limit);
  tail.push(bytes.subarray(0, readSync(fd, bytes, 0, limit, from)));
  return tail.text();
}
