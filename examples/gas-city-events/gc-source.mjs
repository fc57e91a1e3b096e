import { createLineSplitter } from "@gastown/bd-source";
import { backoff, STREAM_BACKOFF } from "@gastown/convoy-core";
import { runCommand, startGroup } from "@gastown/process";
import { decodeGcEvent } from "./decode-gc-event.mjs";

/** `gc events --follow` as a source of hints: started again after every end, from the event after the last one seen. */
export function createGcSource({ gc, city, env, clock, random }) {
  const options = { cwd: city, env };
  return {
    name: "gc",
    async *hints(signal) {
      let last;
      for (let failures = 1; !signal.aborted; failures += 1) {
        try {
          // What comes after the head of the log will be told; what came before, the sweep finds.
          last ??= await headOf(gc, options, signal);
          yield { kind: "state", state: "up" };
          yield { kind: "sweep", reason: "gc events was started" };
          for await (const events of eventsAfter(last, gc, options, signal)) {
            failures = 0;
            last = events.at(-1).seq;
            const changes = events.flatMap(({ change }) => change ?? []);
            if (changes.length > 0) yield { kind: "issues", changes };
          }
        } catch (error) {
          if (signal.aborted) return;
          yield { kind: "state", state: "down", detail: error.message };
          await clock.sleep(backoff(STREAM_BACKOFF, Math.max(1, failures), random()), signal);
        }
      }
    },
  };
}

async function headOf(gc, options, signal) {
  const { exitCode, failure, output } = await runCommand(gc, ["events", "--seq"], {
    ...options,
    timeout: 10_000,
    signal,
  });
  if (exitCode !== 0 || !/^\d+$/.test(output.trim())) throw new Error(failure?.message ?? `gc events --seq: ${output}`);
  return Number(output);
}

/** Events in the batches in which they come. Throws when gc ends; leaves no process behind. */
async function* eventsAfter(seq, gc, options, signal) {
  const group = startGroup(gc, ["events", "--follow", "--after", String(seq)], options);
  const stop = () => void group.end(2_000);
  signal.addEventListener("abort", stop, { once: true });
  group.stderr.resume();
  try {
    const lines = createLineSplitter();
    for await (const chunk of group.stdout) {
      const events = lines.push(chunk).map(decodeGcEvent).filter(Boolean);
      if (events.length > 0) yield events;
    }
    const { exitCode, failure } = await group.exited;
    throw new Error(failure?.message ?? `gc events ended with ${exitCode ?? "a signal"}`);
  } finally {
    signal.removeEventListener("abort", stop);
    await group.end(2_000);
    group.sweepUp();
  }
}
