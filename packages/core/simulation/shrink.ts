import type { Violation } from "./command.ts";
import type { Core } from "./core.ts";
import type { History, Step } from "./history.ts";
import { play } from "./play.ts";

/** The shortest history that can be found by leaving things out, and that still breaks the same rule. */
export async function shrink(core: Core, history: History, { rule }: Violation): Promise<History> {
  const fails = async (shorter: History): Promise<boolean> => (await play(core, shorter)).violation?.rule === rule;
  let best = history;
  for (let before = ""; before !== JSON.stringify(best);) {
    before = JSON.stringify(best);
    best = await leaveOut(best, fails);
    for (const makePlainer of waysToMakePlainer(best)) {
      const plainer = makePlainer(best);
      if (JSON.stringify(plainer) !== JSON.stringify(best) && (await fails(plainer))) best = plainer;
    }
  }
  return best;
}

/** Leaves out ever smaller runs of steps. What is left out takes its time with it, unless that matters. */
async function leaveOut(history: History, fails: (history: History) => Promise<boolean>): Promise<History> {
  let best = history;
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.steps.length;) {
      const gone = best.steps.slice(at, at + size);
      const rest = best.steps.slice(at + size);
      const [next] = rest;
      const waited = gone.reduce((sum, step) => sum + step.wait, 0);
      const later: readonly Step[] =
        next === undefined ? rest : [{ ...next, wait: next.wait + waited }, ...rest.slice(1)];
      const shorter = [rest, later].map((tail) => ({ ...best, steps: [...best.steps.slice(0, at), ...tail] }));
      const found = (await fails(shorter[0] as History))
        ? shorter[0]
        : (await fails(shorter[1] as History))
          ? shorter[1]
          : undefined;
      if (found === undefined) at += size;
      else best = found;
    }
  }
  return best;
}

function waysToMakePlainer({ steps }: History): ((history: History) => History)[] {
  const wait = (index: number, shorten: (wait: number) => number) => (history: History) => ({
    ...history,
    steps: history.steps.map((step, at) => (at === index ? { ...step, wait: shorten(step.wait) } : step)),
  });
  return [
    (history) => ({ ...history, dolt: false }),
    (history) => ({ ...history, crowded: false }),
    (history) => ({ ...history, delay: 0 }),
    (history) => ({ ...history, second: false }),
    (history) => ({ ...history, ledger: false }),
    (history) => ({ ...history, nudges: 0 }),
    (history) => ({ ...history, newGt: true }),
    (history) => ({ ...history, gt: "head" }),
    ...steps.flatMap((_, index) => [wait(index, () => 0), wait(index, (ms) => Math.floor(ms / 2))]),
  ];
}
