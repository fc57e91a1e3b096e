import { chmodSync, cpSync, existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

/** Directory of the recording of a real town, when this machine has it. `SHARED_DIR` says where else to look. */
export const recordedTown = (): string | undefined => {
  const dir = resolve(process.env["SHARED_DIR"] ?? join(repositoryRoot, "../shared"), "real-town");
  return existsSync(join(dir, "town/.beads/beads.db")) ? dir : undefined;
};

/** Copies the recorded town into `dir` and gives the town's root there. Throws when there is no recording. */
export const copyRecordedTown = (dir: string): string => {
  const recorded = recordedTown();
  if (recorded === undefined) throw new Error("There is no recorded town on this machine: set SHARED_DIR");
  const town = join(dir, "town");
  cpSync(join(recorded, "town"), town, { recursive: true });
  makeWritable(town);
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
