import type { WatchRecord } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import type { DemoStore } from "../demo/cast.ts";
import { createNarrator, createScreen, marksFor } from "../demo/narrator.ts";
import { setStage, type Stage } from "../demo/stage.ts";
import { tellStory } from "../demo/story.ts";
import { readOutcome, summarise } from "../demo/summary.ts";
import { EXIT } from "../exit-codes.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { takeStopping } from "../signals.ts";

export interface DemoOptions extends CommonOptions {
  readonly fast?: true;
  readonly store: DemoStore;
}

/** Shows the watcher at work on a town made for the purpose, which is gone afterwards. */
export async function demoCommand(options: DemoOptions): Promise<number> {
  const output = createOutput(options.color);
  const quiet = { ...output, out: () => undefined };
  const shown = options.json || options.quiet ? quiet : output;
  const screen = createScreen(shown, () => process.stdout.columns);
  const marks = marksFor(process.env);
  const tell = createNarrator(screen, shown, marks, options.store);
  const emit = (record: object): void => {
    if (options.json) output.out(JSON.stringify({ time: new Date().toISOString(), ...record }));
  };

  const stopping = takeStopping(output.err);
  const records: WatchRecord[] = [];
  let acts = 0;
  const onRecord = (record: WatchRecord, line: string): void => {
    records.push(record);
    if (options.json) output.out(line);
    else tell(record);
  };
  let stage: Stage | undefined;
  try {
    stage = await setStage(options.store, options.driver, onRecord, stopping.stop);
    await tellStory({
      stage,
      screen,
      output: shown,
      marks,
      act(who, command) {
        if (command.startsWith("bd ")) acts += 1;
        emit({ event: "act", who, command });
      },
      async pause(ms) {
        if (!options.fast && !options.json && !options.quiet) await systemClock.sleep(ms, stopping.stop);
        stopping.stop.throwIfAborted();
      },
    });
    await stage.unwatch();
    const outcome = await readOutcome(stage, records, acts);
    stopping.stop.throwIfAborted();
    summarise(
      outcome,
      options.store,
      options.quiet && !options.json ? createScreen(output, () => process.stdout.columns) : screen,
      output,
      marks,
    );
    emit({ event: "summary", ...outcome });
    return outcome.fates.every(({ good }) => good) ? EXIT.done : EXIT.failure;
  } catch (error) {
    if (stopping.reason() === undefined) throw error;
    return stopping.exitCode();
  } finally {
    await stage?.strike();
    stopping.dispose();
  }
}
