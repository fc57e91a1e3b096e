import { type DemoOptions as Shown, runDemo } from "@gastown/demo";
import { takeSignals } from "@gastown/host-kit";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, signsFor } from "../output.ts";

export type DemoOptions = CommonOptions & Shown;

/** Milliseconds until a command in flight is ended, once the demo is to stop. */
const DRAIN_LIMIT = 10_000;

/** Shows the watcher at work on a town made for the purpose. It can be stopped at any time, and nothing of it is left. */
export async function demoCommand(options: DemoOptions): Promise<number> {
  const output = createOutput(options.color);
  const stopping = takeSignals({ say: output.err, drain: DRAIN_LIMIT, boundToOutput: true });
  try {
    const well = await runDemo(options, output, signsFor(process.env), stopping.stop);
    return well ? EXIT.done : EXIT.failure;
  } catch (error) {
    if (stopping.reason() === undefined) throw error;
    return stopping.exitCode();
  } finally {
    stopping.dispose();
  }
}
