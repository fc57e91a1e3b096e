import { appendFileSync, chmodSync, cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inPackage } from "./tables.ts";

/** Directory of the recording of a real town, when this machine has it. `SHARED_DIR` says where else to look. */
export const recordedTown = (): string | undefined => {
  const dir = resolve(process.env["SHARED_DIR"] ?? inPackage("../../shared"), "real-town");
  return existsSync(join(dir, "town/.beads/beads.db")) ? dir : undefined;
};

/** The recorded stream, line for line to the daemons that told it: by prefix. */
const writeFeeds = (recorded: string, town: string): void => {
  for (const line of readFileSync(join(recorded, "activity.ndjson"), "utf8").split(/(?<=\n)/)) {
    const rig = /"issue_id":"al-/.test(line) ? "alpha" : /"issue_id":"be-/.test(line) ? "beta" : ".";
    appendFileSync(join(town, rig, ".beads/activity.ndjson"), line);
  }
};

/**
 * Copies the recorded town into `dir` and gives the town's root there. With `feed`, the stand-in `bd activity`
 * replays what was recorded. Throws when there is no recording.
 */
export const copyRecordedTown = (dir: string, options: { readonly feed?: boolean } = {}): string => {
  const recorded = recordedTown();
  if (recorded === undefined) throw new Error("There is no recorded town on this machine: set SHARED_DIR");
  const town = join(dir, "town");
  cpSync(join(recorded, "town"), town, { recursive: true });
  makeWritable(town);
  if (options.feed === true) writeFeeds(recorded, town);
  return town;
};

const makeWritable = (path: string): void => {
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) makeWritable(child);
    else chmodSync(child, 0o644);
  }
};
