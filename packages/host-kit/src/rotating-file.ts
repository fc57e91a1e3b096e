import { appendFileSync, renameSync, statSync } from "node:fs";

/** A file that grows by lines, and is put aside when it is long: `x.log.1` is the last but one. */
export interface RotatingFile {
  /** Appends a line. Never throws. */
  append(line: string): void;
}

export interface RotatingFileOptions {
  readonly file: string;
  /** Bytes that the file does not exceed, unless by one line alone. */
  readonly limit?: number;
  /** How many old files are kept. */
  readonly keep?: number;
  /** Told of a file that cannot be written once, and again when it could be in between. */
  readonly onFault?: (error: unknown) => void;
}

/** Other processes may append, and rotate, too: how long it is, the system says. */
export function createRotatingFile({ file, limit = 1_000_000, keep = 3, onFault }: RotatingFileOptions): RotatingFile {
  let faulty = false;
  const rotate = (): void => {
    for (let age = keep - 1; age >= 0; age -= 1) {
      try {
        renameSync(age === 0 ? file : `${file}.${age}`, `${file}.${age + 1}`);
      } catch {
        // There is none of this age yet.
      }
    }
  };
  return {
    append(line) {
      try {
        const text = Buffer.from(`${line}\n`);
        const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        if (size > 0 && size + text.length > limit) rotate();
        appendFileSync(file, text);
        faulty = false;
      } catch (error) {
        if (!faulty) onFault?.(error);
        faulty = true;
      }
    },
  };
}
