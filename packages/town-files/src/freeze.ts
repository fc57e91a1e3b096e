import { join } from "node:path";
import { type Environment, type Files, systemFiles, textOr, upwards } from "./files.ts";
import { textOf } from "./metadata.ts";

/** The file by which a person, or a tool that migrates, stops all writes. */
const MARKER = "MIGRATION-FREEZE";
const LONGEST_REASON = 300;

/** A freeze of a town: bd and gt refuse to write. */
export interface Freeze {
  /** The file that says so; it is gone when the freeze is over. */
  readonly file: string;
  /** In words, with who and why as far as the file says it. */
  readonly reason: string;
}

/**
 * Whether writes to this town are frozen: by the file that `BD_MIGRATION_FREEZE_FILE` names, and then by no other, else
 * by a file `MIGRATION-FREEZE` in the town or anywhere above it.
 */
export function freezeOf(town: string, env: Environment, files: Files = systemFiles): Freeze | undefined {
  const named = textOf(env["BD_MIGRATION_FREEZE_FILE"]);
  const file = (named === undefined ? upwards(town).map((dir) => join(dir, MARKER)) : [named]).find(files.exists);
  if (file === undefined) return undefined;
  const [line = ""] = textOr(files, file).trim().split("\n");
  const [operator, , reason] = line.split("\t").map(textOf);
  const by = [operator === undefined ? "" : `by ${operator}`, reason ?? ""].filter((part) => part !== "").join(": ");
  return {
    file,
    reason: `a migration is under way${by === "" ? "" : ` (${by.slice(0, LONGEST_REASON)})`}, says ${file}`,
  };
}
