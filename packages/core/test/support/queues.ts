import { WorkQueue } from "../../src/index.ts";
import { VirtualClock } from "./virtual-clock.ts";

export function makeQueue(): { clock: VirtualClock; queue: WorkQueue<string> } {
  const clock = new VirtualClock();
  return { clock, queue: new WorkQueue<string>(clock) };
}

/** Takes in the background, and tells what came. */
export function takeLater(queue: WorkQueue<string>, max = 1): { taken: string[]; ended: boolean } {
  const state = { taken: [] as string[], ended: false };
  void (async () => {
    const keys = await queue.take(max);
    state.taken.push(...keys);
    state.ended = true;
  })();
  return state;
}
