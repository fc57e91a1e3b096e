import { join } from "node:path";
import { installStandIns, type StandIns } from "@gastown/test-fixtures";
import { buildDemoTown } from "./cast.ts";
import { standInPrograms } from "./own-files.ts";

/** A town to play in, and the tools of its agents. */
export interface Ground {
  /** Root of the town. */
  readonly town: string;
  readonly tools: StandIns;
  /** Status of a convoy, as its database says. */
  status(convoy: string): Promise<string | undefined>;
  /** Ends what serves the town. */
  close(): Promise<void>;
}

/** A town in SQLite, which nothing has to serve. */
export function layGround(dir: string): Ground {
  const tools = installStandIns(join(dir, "bin"), { programs: standInPrograms() });
  const town = buildDemoTown(join(dir, "town"));
  tools.control.set({ bd: { intervalMs: 200 } });
  return { town: town.dir, tools, status: async (convoy) => town.status(convoy), close: async () => undefined };
}
