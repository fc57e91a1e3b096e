import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, printable, WatcherError } from "@gastown/convoy-core";
import { buildTown, installStandIns, type StandIns, type Town } from "@gastown/test-fixtures";

/** One convoy of the demo's town. */
export interface DemoConvoy {
  readonly id: string;
  readonly title: string;
  readonly tracks: readonly string[];
  /** What it lands after; undefined when it is to be still open when the demo ends. */
  readonly after?: string;
}

export const PASSKEY: DemoConvoy = {
  id: "hq-cv-login",
  title: "Ship passkey login",
  tracks: ["web-7k2", "api-q4d"],
  after: "its last close",
};
export const RETIRE: DemoConvoy = {
  id: "hq-cv-rmapi",
  title: "Retire the v1 API",
  tracks: ["api-m2x", "docs-h3e"],
  after: "the deletion",
};
export const NIGHT: DemoConvoy = {
  id: "hq-cv-night",
  title: "Night theme",
  tracks: ["web-d9f", "docs-t5c"],
  after: "the watcher was back",
};
const HANDBOOK: DemoConvoy = {
  id: "hq-cv-books",
  title: "Rewrite the handbook",
  tracks: ["docs-w6n", "web-p8s"],
};

/** What the databases of the demo's town are. */
export type DemoStore = "sqlite" | "dolt";

/** The convoys. On Dolt a deletion leaves nothing that says so, and the convoy of it stays open. */
export function convoysOn(store: DemoStore): readonly DemoConvoy[] {
  const { after: _, ...stays } = RETIRE;
  return [PASSKEY, store === "dolt" ? stays : RETIRE, NIGHT, HANDBOOK];
}

/** Who is told when a convoy lands. */
export const WAITING = "mayor/";

/** Issues that agents work on, with their titles. */
const TITLES: Readonly<Record<string, string>> = {
  "web-7k2": "Login form asks for a passkey",
  "api-q4d": "Verify passkeys",
  "api-m2x": "Remove the /v1 routes",
  "docs-h3e": "Explain how to stay on v1",
  "web-d9f": "Dark colours",
  "docs-t5c": "Screenshots in the dark",
  "docs-w6n": "Chapter one",
  "web-p8s": "A page to read it on",
};

/** The one that is closed before the story begins. */
const CLOSED = "web-p8s";

/** A town to play in, and the tools of its agents. */
export interface DemoTown {
  readonly root: string;
  readonly tools: StandIns;
  /** Status of a convoy, as its database says. */
  status(convoy: string): Promise<string | undefined>;
  /** Ends what serves the town. */
  close(): Promise<void>;
}

/** @throws {DemoFailedError} when the server of a town on Dolt does not start */
export async function layTown(store: DemoStore, dir: string): Promise<DemoTown> {
  if (store === "dolt") return layDoltTown(dir);
  const tools = installStandIns(join(dir, "bin"), { programs: standInPrograms() });
  const town = buildDemoTown(join(dir, "town"));
  tools.control.set({ bd: { intervalMs: 200 } });
  return { root: town.dir, tools, status: async (convoy) => town.status(convoy), close: async () => undefined };
}

/** A town with three rigs, as bd leaves it on disk, and its four convoys. */
export function buildDemoTown(dir: string): Town {
  const town = buildTown(dir, { rigs: { web: { prefix: "web" }, api: { prefix: "api" }, docs: { prefix: "docs" } } });
  town.startDaemons();
  for (const [id, title] of Object.entries(TITLES)) town.createIssue({ id, title, status: "in_progress" });
  for (const { id, title, tracks } of convoysOn("sqlite"))
    town.createConvoy({ id, title, tracks, description: `Notify: ${WAITING}` });
  town.close(CLOSED);
  return town;
}

/** The same on a Dolt server of its own, which is started here: on loopback, on a free port. */
async function layDoltTown(dir: string): Promise<DemoTown> {
  // Imported when it is wanted: it brings the driver of a server.
  const { buildDoltTown, startSqlServer } = await import("@gastown/test-fixtures/dolt");
  const data = join(dir, "dolt");
  mkdirSync(data);
  const server = await startSqlServer("dolt", data).catch((error: unknown) => {
    throw new DemoFailedError("the Dolt server did not start", messageOf(error));
  });
  try {
    const tools = installStandIns(join(dir, "bin"), { programs: standInPrograms("dolt-") });
    const town = await buildDoltTown(join(dir, "town"), server, { rigs: { web: "web", api: "api", docs: "docs" } });
    for (const [id, title] of Object.entries(TITLES)) {
      const rig = town.beads(id.split("-")[0]);
      await rig.issue({ id, title, status: id === CLOSED ? "closed" : "in_progress" });
    }
    for (const { id, title, tracks } of convoysOn("dolt")) {
      const references = tracks.map((issue) => `external:${issue.split("-")[0]}:${issue}`);
      await town.beads().convoy({ id, title, tracks: references });
    }
    return { root: town.dir, tools, status: (convoy) => town.beads().status(convoy), close: () => server.stop() };
  } catch (error) {
    await server.stop("SIGKILL");
    throw error;
  }
}

/** The directory of the package that this is bundled into. */
export const PACKAGE_DIR: string = fileURLToPath(new URL("..", import.meta.url));

/** The stand-ins as they are bundled, those for a town on Dolt by `dolt-`. */
function standInPrograms(kind: "" | "dolt-" = ""): { readonly bd: string; readonly gt: string } {
  const program = (name: string): string => join(PACKAGE_DIR, "dist", `demo-${kind}${name}.js`);
  return { bd: program("bd"), gt: program("gt") };
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
