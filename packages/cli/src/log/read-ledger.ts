import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { stateDirOf } from "@gastown/convoy-watcher/host";

/** A line of a watcher's ledger: when, what, and its fields. */
export interface LedgerEntry {
  readonly time: string;
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** Reads what was not read before: first all there is, then what has been added. Torn and foreign lines count as nothing. */
export function createLedgerReader(town: string): () => LedgerEntry[] {
  const dir = stateDirOf(town);
  const [before, file] = [join(dir, "ledger.1.jsonl"), join(dir, "ledger.jsonl")];
  let at: { readonly inode: number; readonly offset: number } | undefined;
  return () => {
    const now = readFrom(file, at === undefined ? undefined : at.inode, at?.offset ?? 0);
    // It was put aside since: what was added before that is in the other file.
    const turned = now !== undefined && now.inode !== at?.inode;
    const older = turned || at === undefined ? readFrom(before, at?.inode, at?.offset ?? 0) : undefined;
    if (now !== undefined) at = { inode: now.inode, offset: now.end };
    return [...(older?.entries ?? []), ...(now?.entries ?? [])];
  };
}

/** The whole lines of a file; when it is still the one of this inode, from there on. */
function readFrom(
  file: string,
  inode: number | undefined,
  offset: number,
): { readonly inode: number; readonly end: number; readonly entries: LedgerEntry[] } | undefined {
  let fd: number;
  try {
    fd = openSync(file, "r");
  } catch {
    return undefined;
  }
  try {
    const { ino, size } = fstatSync(fd);
    const from = ino === inode && offset <= size ? offset : 0;
    const bytes = Buffer.alloc(size - from);
    const length = readSync(fd, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, length).lastIndexOf(0x0a) + 1;
    return { inode: ino, end: from + end, entries: entriesOf(bytes.subarray(0, end).toString("utf8")) };
  } finally {
    closeSync(fd);
  }
}

function entriesOf(text: string): LedgerEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isEntry(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isEntry(value: unknown): value is LedgerEntry {
  if (typeof value !== "object" || value === null || !("kind" in value) || !("time" in value)) return false;
  const { kind, time } = value;
  return typeof kind === "string" && typeof time === "string" && !Number.isNaN(Date.parse(time));
}
