import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Where the reading of a file goes on. */
interface Mark {
  readonly inode: number;
  readonly offset: number;
}

/**
 * Reads the lines that were not read before of a file that grows, and that is put aside when it is long: first all there
 * are, then what has been added, oldest first. A last line without its end is waited for, and a file that cannot be read
 * has none.
 *
 * @param before what the file becomes then; that of the time before it is gone
 */
export function createLineReader(file: string, before: string): () => readonly string[] {
  let at: Mark | undefined;
  return () => {
    const now = readFrom(file, at);
    // It was put aside since: what was added before that is in the other file.
    const turned = now !== undefined && now.inode !== at?.inode;
    const older = turned || at === undefined ? readFrom(before, at) : undefined;
    if (now !== undefined) at = now;
    return [...(older?.lines ?? []), ...(now?.lines ?? [])];
  };
}

/** The whole lines of a file; when it is still the marked one, from there on. */
function readFrom(file: string, mark: Mark | undefined): (Mark & { readonly lines: readonly string[] }) | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const { ino: inode, size } = fstatSync(fd);
    const from = mark?.inode === inode && mark.offset <= size ? mark.offset : 0;
    const bytes = Buffer.alloc(size - from);
    const length = readSync(fd, bytes, 0, bytes.length, from);
    const end = bytes.subarray(0, length).lastIndexOf("\n") + 1;
    const lines = end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n");
    return { inode, offset: from + end, lines };
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
