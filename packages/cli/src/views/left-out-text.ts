import { printable } from "@gastown/convoy-core";
import type { LeftOut } from "@gastown/convoy-watcher";

/** Which stores were not read, why, and what to do: nobody may take the answer for the whole. */
export function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.flatMap(({ prefix, path, why, hint }) => [
    `left out: ${printable(`${prefix} (${path}): ${why}`, 600)}`,
    `Hint: ${printable(hint, 600)}`,
  ]);
}
