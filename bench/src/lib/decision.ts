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
import { tempDir } from "@gastown/test-fixtures";
import { closeAll, townOf } from "./closes.ts";
import { closeLine } from "./daemon.ts";
import { type Spread, spreadOf } from "./stats.ts";

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
