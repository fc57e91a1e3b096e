import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { printable, WatcherError } from "@gastown/convoy-core";
import { installStandIns, type StandIns } from "@gastown/test-fixtures";
import { buildDemoTown } from "./cast.ts";

/** The directory for temporary files is in a town, whose gt would take the demo's town for its own. */
export class DemoInTownError extends WatcherError {
  constructor(temp: string, town: string) {
    super(
      "demo-in-town",
      `the demo will not build its town in ${temp}, which is part of the town ${town}`,
      "set TMPDIR to a directory outside of every town",
    );
  }
}

/** A town on Dolt is wanted, and nothing here can serve it. */
export class DoltNotFoundError extends WatcherError {
  constructor() {
    super(
      "dolt-not-found",
      "dolt is not on PATH",
      "install Dolt, or leave out --store: a town in SQLite needs nothing",
    );
  }
}

/** Something that the demo is made of did not work: not a convoy that did not land, which the summary tells. */
export class DemoFailedError extends WatcherError {
  constructor(what: string, output: string) {
    super(
      "demo-failed",
      output === "" ? what : `${what}: ${printable(output, 1_000)}`,
      "run it again with -v, and report what it prints",
    );
  }
}

/** The directory of this package, from its source as from its bundle. */
export function packageDir(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json")) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
}

/** The command line that starts convoy-cli again, with the runtime that runs this. */
export function ownCommand(): readonly [file: string, ...args: string[]] {
  const flags = "Deno" in globalThis ? ["run", "-A", "--quiet"] : [];
  return [process.execPath, ...flags, join(packageDir(), "bin", "convoy-cli.js")];
}

/** The stand-ins as they are bundled, those for a town on Dolt by `dolt-`. */
export function standInPrograms(kind: "" | "dolt-" = ""): { readonly bd: string; readonly gt: string } {
  const program = (name: string): string => join(packageDir(), "dist", `demo-${kind}${name}.js`);
  return { bd: program("bd"), gt: program("gt") };
}

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
