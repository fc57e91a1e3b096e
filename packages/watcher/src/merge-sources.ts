import { type ActivitySource, type Hint, type HintChannel, hintsWhile, type SourceState } from "@gastown/convoy-core";

type State = Hint & { readonly kind: "state" };

/** Several sources under one name: attached when all of them are, and up when any is. */
export function mergeSources(name: string, parts: readonly ActivitySource[]): ActivitySource {
  return {
    name,
    hints: (signal) => hintsWhile((channel) => followAll(parts, channel, signal)),
    doubt() {
      for (const part of parts) part.doubt?.();
    },
    reopen() {
      for (const part of parts) part.reopen?.();
    },
  };
}

async function followAll(parts: readonly ActivitySource[], channel: HintChannel, signal: AbortSignal): Promise<void> {
  const states = new Map<ActivitySource, State>();
  const early: Hint[] = [];
  const pass = (hint: Hint): void => {
    if (states.size === parts.length) channel.push(hint);
    else early.push(hint);
  };
  const note = (part: ActivitySource, state: State): void => {
    states.set(part, state);
    if (states.size < parts.length) return;
    channel.push(mergeStates([...states.values()]));
    for (const hint of early.splice(0)) channel.push(hint);
  };
  const follow = async (part: ActivitySource): Promise<void> => {
    for await (const hint of part.hints(signal)) {
      if (hint.kind === "state") note(part, hint);
      else pass(hint);
    }
  };
  await Promise.all(parts.map(follow));
}

const BEST_FIRST: readonly SourceState[] = ["up", "down", "unavailable"];

/** The best of them; of those that are no worse, and of those that are down, what they have to say. */
function mergeStates(states: readonly State[]): State {
  const state = BEST_FIRST.find((candidate) => states.some((one) => one.state === candidate)) ?? "down";
  const told = states.filter((one) => one.state === state || one.state === "down");
  const detail = told.flatMap((one) => one.detail ?? []).join("; ");
  return { kind: "state", state, ...(detail !== "" && { detail }) };
}
