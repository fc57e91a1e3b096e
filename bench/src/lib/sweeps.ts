import { check } from "@gastown/convoy-core";
import { openStore, systemClock } from "@gastown/convoy-watcher";
import type { BulkTown } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { timed, type Way } from "./measure.ts";

/** The ways to sweep a town: over a store that is open, over one that is opened for it, and reading the rows only. */
export function sweepsOf(town: BulkTown): { readonly ways: Record<"warm" | "cold" | "floor", Way> } & Disposable {
  const opened = openStore(town.dir);
  const floor = floorOf(town);
  return {
    ways: {
      warm: () => timed(() => sweepOnce(opened.store)),
      cold: () =>
        timed(async () => {
          const { store, close } = openStore(town.dir);
          await sweepOnce(store);
          close();
        }),
      floor: () => timed(floor.read),
    },
    [Symbol.dispose]() {
      opened.close();
      floor.close();
    },
  };
}

export async function sweepOnce(store: Parameters<typeof check>[0]["store"]): Promise<number> {
  const never = new AbortController().signal;
  let convoys = 0;
  await check({
    store,
    lander: {
      command: () => "",
      run: async () => ({ ended: "exit", output: "" }),
      identity: () => "",
      knows: async () => ({ checkTakesId: true, stamps: false }),
    },
    sources: [],
    clock: systemClock,
    report: () => void (convoys += 1),
    random: Math.random,
    sweepEvery: 30_000,
    grace: 0,
    steps: [],
    dryRun: true,
    rival: async () => undefined,
    stop: never,
    kill: never,
  });
  return convoys;
}

/** The same rows, read with one prepared query for each database. */
export function floorOf(town: BulkTown): { read(): number; close(): void } {
  const databases = [undefined, ...town.rigs].map((rig) => new Database(town.db(rig), { readonly: true }));
  const [hq, ...rigs] = databases;
  const tracks = hq?.prepare(
    "select i.id, i.title, i.status, d.depends_on_id from issues i join dependencies d on d.issue_id = i.id where d.type = 'tracks' and i.issue_type = 'convoy' and i.status <> 'closed'",
  );
  const issues = rigs.map((database) => database.prepare("select id, status, title, assignee, updated_at from issues"));
  return {
    read: () => (tracks?.all().length ?? 0) + issues.reduce((sum, query) => sum + query.all().length, 0),
    close: () => databases.forEach((database) => database.close()),
  };
}
