import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { ledgerFiles, type LedgerLine } from "./ledger.ts";

/** All lines of a ledger that can be read, oldest first. What is torn or of another shape counts as nothing. */
export function readLedger(dir: string): readonly LedgerLine[] {
  const { before, file } = ledgerFiles(dir);
  return [before, file].flatMap((name) => {
    try {
      return linesOf(readFileSync(name, "utf8"));
    } catch {
      return [];
    }
  });
}

/**
 * Reads what was not read before: first all there is, then what has been added, oldest first.
 *
 * @param dir of the watcher's own files
 */
export function createLedgerReader(dir: string): () => readonly LedgerLine[] {
  const { before, file } = ledgerFiles(dir);
  let at: { readonly inode: number; readonly offset: number } | undefined;
  return () => {
    const now = readFrom(file, at?.inode, at?.offset ?? 0);
    // It was put aside since: what was added before that is in the other file.
    const turned = now !== undefined && now.inode !== at?.inode;
    const older = turned || at === undefined ? readFrom(before, at?.inode, at?.offset ?? 0) : undefined;
    if (now !== undefined) at = { inode: now.inode, offset: now.end };
    return [...(older?.lines ?? []), ...(now?.lines ?? [])];
  };
}

/** The whole lines of a file; when it is still the one of this inode, from there on. */
function readFrom(
  file: string,
  inode: number | undefined,
  offset: number,
): { readonly inode: number; readonly end: number; readonly lines: readonly LedgerLine[] } | undefined {
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
    return { inode: ino, end: from + end, lines: linesOf(bytes.subarray(0, end).toString("utf8")) };
  } finally {
    closeSync(fd);
  }
}

function linesOf(text: string): readonly LedgerLine[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isLine(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isLine(value: unknown): value is LedgerLine {
  if (typeof value !== "object" || value === null) return false;
  return "kind" in value && typeof value.kind === "string" && "time" in value && typeof value.time === "string";
}
