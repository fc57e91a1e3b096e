import { createRotatingFile } from "@gastown/host-kit";

/** A file longer than this is put aside as `FILE.1`, in bytes. */
const CEILING = 10 * 2 ** 20;

/** Appends lines to a file that does not grow without end. A file that cannot be written is told of once, and again when it could be in between. */
export function createLogFile(
  file: string,
  onFault: (error: Error) => void,
  ceiling: number = CEILING,
): (line: string) => void {
  const lines = createRotatingFile({ file, limit: ceiling, keep: 1 });
  let faulty = false;
  return (line) => {
    const error = lines.append(line);
    if (!faulty && error instanceof Error) onFault(error);
    faulty = error !== undefined;
  };
}
