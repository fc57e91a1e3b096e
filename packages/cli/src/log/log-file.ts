import { appendFileSync, renameSync, statSync } from "node:fs";

/** A file longer than this is put aside as `FILE.1`, in bytes. */
const CEILING = 10 * 2 ** 20;

/** Appends lines to a file that does not grow without end. A file that cannot be written is told of once, and again when it could be in between. */
export function createLogFile(
  file: string,
  onFault: (error: Error) => void,
  ceiling: number = CEILING,
): (line: string) => void {
  let faulty = false;
  return (line) => {
    try {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0 && size + line.length > ceiling) renameSync(file, `${file}.1`);
      appendFileSync(file, `${line}\n`);
      faulty = false;
    } catch (error) {
      if (!faulty && error instanceof Error) onFault(error);
      faulty = true;
    }
  };
}
