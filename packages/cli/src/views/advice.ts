import { isSafeArgument } from "@gastown/convoy-core";

/** Advice with ids in a command to type; not when one of them would mean something else to a shell. */
export function advice(ids: readonly string[], text: string): string {
  return ids.every(isSafeArgument) ? text : "its id is not safe on a command line: fix it in the database";
}
