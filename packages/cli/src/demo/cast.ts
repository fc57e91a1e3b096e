import { buildTown, type Town } from "@gastown/test-fixtures";

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
export const HANDBOOK: DemoConvoy = {
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
export const TITLES: Readonly<Record<string, string>> = {
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
export const CLOSED = "web-p8s";

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
