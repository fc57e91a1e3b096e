import { type Town, type WriteOptions } from "@gastown/test-fixtures";
import Database from "better-sqlite3";

/** What the agents know of a convoy. */
export interface SoakConvoy {
  readonly id: string;
  readonly tracks: string[];
  /** How often all it tracks became done: so often it may be told of. */
  completions: number;
}

/** Agents at work in a town. They never undo what completes an open convoy, so that a convoy closed early is a fault of the watcher's. */
export interface Agents {
  /** Does one thing. */
  act(): void;
  readonly convoys: readonly SoakConvoy[];
  isComplete(convoy: SoakConvoy): boolean;
}

const RIGS = ["alpha", "beta", "hq"];
const TELLING: readonly (WriteOptions | "import")[] = [{ feed: true }, { feed: true }, {}, { event: false }, "import"];

export function createAgents(town: Town, random: () => number): Agents {
  const convoys: SoakConvoy[] = [];
  const done = new Map<string, boolean>();
  const deleted = new Set<string>();
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  const isComplete = ({ tracks }: SoakConvoy): boolean => tracks.every((issue) => done.get(issue) === true);
  const tracking = (issue: string): SoakConvoy[] => convoys.filter(({ tracks }) => tracks.includes(issue));
  const isOpen = ({ id }: SoakConvoy): boolean => town.status(id) === "open";

  const newIssue = (): string => {
    const id = town.createIssue({ rig: pick(RIGS) ?? "hq" });
    done.set(id, false);
    return id;
  };
  const open = (): void => {
    const old = [...done.keys()].filter(() => random() < 0.05).slice(0, 2);
    const tracks = [...old, ...Array.from({ length: Math.floor(random() * 3) }, newIssue)];
    if (tracks.length === 0) return;
    const id = town.createConvoy({ title: `Convoy ${convoys.length}`, tracks, description: "Notify: mayor/" });
    const convoy = { id, tracks, completions: 0 };
    convoys.push(convoy);
    if (isComplete(convoy)) convoy.completions += 1;
  };
  const finish = (issue: string, write: () => void): void => {
    write();
    done.set(issue, true);
    for (const convoy of tracking(issue)) if (isComplete(convoy)) convoy.completions += 1;
  };
  const close = (): void => {
    const issue = pick([...done].filter(([, isDone]) => !isDone).map(([id]) => id));
    if (issue === undefined) return;
    if (random() < 0.1) {
      deleted.add(issue);
      return finish(issue, () => town.tombstone(issue, { feed: random() < 0.5 }));
    }
    const how = pick(TELLING) ?? {};
    finish(issue, () => (how === "import" ? town.importClosed(issue) : town.close(issue, how)));
  };
  const reopen = (): void => {
    const issue = pick(
      [...done]
        .filter(([id, isDone]) => isDone && !deleted.has(id) && tracking(id).every((convoy) => !isComplete(convoy)))
        .map(([id]) => id),
    );
    if (issue === undefined) return;
    town.reopen(issue, { feed: random() < 0.5 });
    done.set(issue, false);
  };
  /** More work for a convoy that is closed, as `gt convoy add` does it. */
  const revive = (): void => {
    const convoy = pick(convoys.filter((one) => isComplete(one) && !isOpen(one)));
    if (convoy === undefined) return;
    const issue = newIssue();
    town.track(
      convoy.id,
      issue.startsWith("hq-") ? issue : `external:${issue.startsWith("al-") ? "alpha" : "beta"}:${issue}`,
    );
    convoy.tracks.push(issue);
    town.reopen(convoy.id, { feed: random() < 0.5 });
  };
  const replace = (): void => {
    const rig = random() < 0.5 ? "alpha" : "beta";
    const database = new Database(town.db(rig));
    database.pragma("wal_checkpoint(TRUNCATE)");
    database.close();
    town.replaceFile(rig);
  };

  return {
    convoys,
    isComplete,
    act() {
      const what = random();
      if (what < 0.25) open();
      else if (what < 0.85) close();
      else if (what < 0.93) reopen();
      else if (what < 0.99) revive();
      else replace();
    },
  };
}
