import type { WatchRecord } from "@gastown/convoy-core";
import { type DriverName, systemClock } from "@gastown/convoy-watcher";
import { createNarrator, createScreen, type Output } from "./narrator.ts";
import { setStage, type Stage } from "./stage.ts";
import { tellStory } from "./story.ts";
import { readOutcome, summarise } from "./summary.ts";
import type { DemoStore } from "./town.ts";

export { buildDemoTown, type DemoStore } from "./town.ts";

export interface DemoOptions {
  readonly store: DemoStore;
  readonly driver?: DriverName;
  /** Records instead of a story. */
  readonly json?: true;
  /** The summary only. */
  readonly quiet?: true;
  /** Without time to read. */
  readonly fast?: true;
}

/**
 * Shows the watcher at work on a town made for the purpose, which is gone afterwards.
 *
 * @param signs the same text in signs that the terminal can show
 * @param stop ends it in the middle: it rejects then
 * @returns whether all became of the convoys that should
 */
export async function runDemo(
  { store, driver, json, quiet, fast }: DemoOptions,
  output: Output,
  signs: (text: string) => string,
  stop: AbortSignal,
): Promise<boolean> {
  const screenTo = (out: (line: string) => void): ReturnType<typeof createScreen> =>
    createScreen({ ...output, out }, () => process.stdout.columns);
  const print = (line: string): void => output.out(signs(line));
  const silent = (): void => undefined;
  const screen = screenTo(json || quiet ? silent : print);
  const tell = createNarrator(screen, output.style, store);
  const emit = (record: object): void => {
    if (json) output.out(JSON.stringify({ time: new Date().toISOString(), ...record }));
  };

  const records: WatchRecord[] = [];
  let acts = 0;
  const onRecord = (record: WatchRecord, line: string): void => {
    records.push(record);
    if (json) output.out(line);
    else tell(record);
  };
  let stage: Stage | undefined;
  try {
    stage = await setStage(store, driver, onRecord, stop);
    await tellStory({
      stage,
      screen,
      style: output.style,
      act(who, command) {
        if (command.startsWith("bd ")) acts += 1;
        emit({ event: "act", who, command });
      },
      async pause(ms) {
        if (!fast && !json && !quiet) await systemClock.sleep(ms, stop);
        stop.throwIfAborted();
      },
    });
    await stage.unwatch();
    const outcome = await readOutcome(stage, records, acts);
    stop.throwIfAborted();
    summarise(outcome, store, screenTo(json ? silent : print), output.style);
    emit({ event: "summary", ...outcome });
    return outcome.fates.every(({ good }) => good);
  } finally {
    await stage?.strike();
  }
}
