import { type ActivitySource, createHintChannel, type Hint, type SourceState } from "@gastown/convoy-core";

type State = Hint & { readonly kind: "state" };

/** Several sources under one name: attached when all of them are, and up when any is. */
export function mergeSources(name: string, parts: readonly ActivitySource[]): ActivitySource {
  return {
    name,
    async *hints(signal): AsyncGenerator<Hint> {
      const channel = createHintChannel();
      const states = new Map<ActivitySource, State>();
      const early: Hint[] = [];
      let told: string | undefined;

      const pass = (hint: Hint): void => {
        if (states.size === parts.length) channel.push(hint);
        else early.push(hint);
      };
      const note = (part: ActivitySource, state: State): void => {
        states.set(part, state);
        if (states.size < parts.length) return;
        const merged = mergeStates([...states.values()]);
        if (JSON.stringify(merged) !== told) channel.push(merged);
        told = JSON.stringify(merged);
        for (const hint of early.splice(0)) channel.push(hint);
      };
      const follow = async (part: ActivitySource): Promise<void> => {
        for await (const hint of part.hints(signal)) {
          if (hint.kind === "state") note(part, hint);
          else pass(hint);
        }
      };

      const following = Promise.all(parts.map(follow)).finally(() => channel.end());
      following.catch(() => undefined);
      yield* channel;
      await following;
    },
    doubt() {
      for (const part of parts) part.doubt?.();
    },
  };
}

const BEST_FIRST: readonly SourceState[] = ["up", "down", "unavailable"];

/** The best of them; of those that are no worse, and of those that are down, what they have to say. */
function mergeStates(states: readonly State[]): State {
  const state = BEST_FIRST.find((candidate) => states.some((one) => one.state === candidate)) ?? "down";
  const told = states.filter((one) => one.state === state || one.state === "down");
  const detail = told.flatMap((one) => one.detail ?? []).join("; ");
  return { kind: "state", state, ...(detail !== "" && { detail }) };
}
