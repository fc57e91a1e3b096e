import { appendFileSync } from "node:fs";
import { createLineSplitter } from "@gastown/bd-source";
import {
  type ActivitySource,
  createHintChannel,
  decodeEvent,
  mayComplete,
  watch,
  type WatchRecord,
} from "@gastown/convoy-core";
import { openStore, systemClock } from "@gastown/convoy-watcher";
import { activityLine, type BulkTown, bulkTown, tempDir } from "@gastown/test-fixtures";
import Database from "better-sqlite3";
import { type Spread, spreadOf } from "./measure.ts";

/** 1,000 lines about 200 convoys, from the bytes to the last verdict. */
export async function throughput(rounds: number): Promise<Spread> {
  using dir = tempDir();
  const { town, ids } = townOf(`${dir.path}/town`, 1_000, 5, true);
  closeAll(town, ids);
  const bytes = Buffer.from(ids.map(closeLine).join(""));
  const { store, close } = openStore(town.dir);
  const samples: number[] = [];
  for (let round = 0; round < rounds + 1; round += 1) {
    const channel = createHintChannel();
    const stop = new AbortController();
    const source: ActivitySource = {
      name: "bd",
      async *hints() {
        yield { kind: "state", state: "up" };
        yield* channel;
      },
    };
    const never = new AbortController().signal;
    const ready = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    // The first sweep must not see them complete: an empty store until then.
    let open = false;
    const verdicts = new Set<string>();
    const report = (record: WatchRecord): void => {
      if (record.event === "watching") ready.resolve();
      if (record.event === "complete" && verdicts.add(record.convoy).size === town.convoys.length) done.resolve();
    };
    const watching = watch({
      store: { ...store, openConvoys: async () => (open ? store.openConvoys() : []) },
      lander: {
        command: () => "",
        run: async () => ({ ended: "exit", output: "" }),
        identity: () => "",
        knows: async () => ({ checkTakesId: true, stamps: false }),
      },
      sources: [source],
      clock: systemClock,
      report,
      random: Math.random,
      sweepEvery: 600_000,
      grace: 0,
      steps: [],
      dryRun: true,
      rival: async () => undefined,
      stop: stop.signal,
      kill: never,
    });
    await ready.promise;
    open = true;
    const start = performance.now();
    const splitter = createLineSplitter();
    for (const line of splitter.push(bytes)) {
      const decoded = decodeEvent(line);
      if (decoded.kind === "event" && mayComplete(decoded.event)) {
        channel.push({
          kind: "issues",
          changes: [{ issue: decoded.event.issue, closed: true, stamp: decoded.event.timestamp }],
        });
      }
    }
    await done.promise;
    // The first round prepares the statements.
    if (round > 0) samples.push(performance.now() - start);
    stop.abort();
    channel.end();
    await watching;
  }
  close();
  return spreadOf(samples);
}

/** The last `issuesPer` issues of each convoy are closed; without `completes`, one of each stays open. */
export function townOf(
  dir: string,
  closes: number,
  issuesPer: number,
  completes: boolean,
): { town: BulkTown; ids: string[] } {
  const extra = completes ? 0 : 1;
  const town = bulkTown(dir, {
    convoys: closes / issuesPer,
    issuesPer: issuesPer + extra,
    open: issuesPer + extra,
    rigs: 5,
  });
  return { town, ids: town.convoys.flatMap((convoy) => town.issuesOf(convoy).slice(0, issuesPer)) };
}

/** Closes them all, and tells the daemons. */
export function closeAll(town: BulkTown, ids: readonly string[]): void {
  const databases = town.rigs.map((rig) => new Database(town.db(rig)));
  const statements = databases.map((database) => {
    const close = database.prepare("update issues set status = 'closed', closed_at = datetime('now') where id = ?");
    const event = database.prepare("insert into events (issue_id, event_type, actor) values (?, 'closed', 'bench')");
    return database.transaction((id: string) => void (close.run(id), event.run(id)));
  });
  for (const id of ids) {
    const rig = rigOf(id);
    statements[rig]?.(id);
    tellDaemon(town.beadsDir(`rig${rig}`), id);
  }
  for (const database of databases) database.close();
}

/** The line of `bd activity` for a close that happens now. */
export function closeLine(id: string): string {
  const time = BigInt(Date.now()) * 1_000_000n;
  return activityLine({ type: "status", id, time, oldStatus: "open", newStatus: "closed" });
}

/** What the rig's daemon would remember of the close, for `bd activity` to find at its next poll. */
export function tellDaemon(beadsDir: string, issue: string): void {
  appendFileSync(`${beadsDir}/activity.ndjson`, closeLine(issue));
}

/** Which rig of a bulk town an issue lives in. */
export function rigOf(id: string): number {
  return Number(/^r(\d+)/.exec(id)?.[1]);
}
