import { statSync } from "node:fs";
import { join } from "node:path";
import { findTown, TownNotFoundError } from "@gastown/convoy-watcher";

/**
 * The town that is meant, as gt would have it: with a `mayor/town.json`.
 *
 * @throws {TownNotFoundError}
 */
export function wholeTown(named: string | undefined): string {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  if (statSync(join(town, "mayor", "town.json"), { throwIfNoEntry: false })?.isFile()) return town;
  throw new TownNotFoundError(
    town,
    `${town} is not a town of gt: it has no mayor/town.json`,
    "name the root of the town; `convoy-cli watch` is content with less",
  );
}
