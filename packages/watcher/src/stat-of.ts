import { type BigIntStats, statSync } from "node:fs";

/** What the system says of a path; undefined when nothing is there. On Deno a path below a file is an error to `statSync`. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
