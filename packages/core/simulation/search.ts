import type { Violation } from "./command.ts";
import type { Core } from "./core.ts";
import { type History, makeHistory } from "./history.ts";
import { play } from "./play.ts";
import { shrink } from "./shrink.ts";

export interface Finding {
  readonly seed: number;
  readonly violation: Violation;
  readonly history: History;
}

export interface Search {
  /** Of the first history in which a rule did not hold. */
  readonly finding: Finding | undefined;
  readonly histories: number;
  readonly commands: number;
  readonly landed: number;
}

/** Plays one seed after the other until a rule does not hold, or `enough` says so. */
export async function search(core: Core, seed: number, enough: (histories: number) => boolean): Promise<Search> {
  let histories = 0;
  let commands = 0;
  let landed = 0;
  for (; !enough(histories); histories += 1) {
    const history = makeHistory(seed + histories);
    const outcome = await play(core, history);
    commands += outcome.commands;
    landed += outcome.landed;
    const { violation } = outcome;
    if (violation !== undefined) {
      return { finding: { seed: seed + histories, violation, history }, histories: histories + 1, commands, landed };
    }
  }
  return { finding: undefined, histories, commands, landed };
}

/** What to print of a finding: the rule, the seed, how to replay it, and the shortest history that shows it. */
export async function explain(core: Core, { seed, violation, history }: Finding, flags = ""): Promise<string> {
  const shortest = await shrink(core, history, violation);
  const trace: string[] = [];
  const { violation: shown = violation } = await play(core, shortest, (line) => trace.push(line));
  const { steps, ...setting } = shortest;
  return [
    `${violation.rule}: ${violation.what}`,
    `replay: npm run simulate -- --seed ${seed}${flags}`,
    `shrunk from ${history.steps.length} steps to ${steps.length} (${shown.rule}: ${shown.what}):`,
    JSON.stringify(setting),
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
    "what happened:",
    ...trace,
  ].join("\n");
}
