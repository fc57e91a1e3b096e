import type { LandStep } from "../src/records.ts";

/** A rule that did not hold. */
export interface Violation {
  readonly rule: "safety" | "twice" | "liveness" | "promptness" | "economy" | "truthfulness" | "told" | "fault";
  readonly what: string;
}

/** One life of a watcher, from its start to its stop or crash. */
export interface Life {
  readonly number: number;
  /** Close events the feed has delivered to it, and when, by issue. */
  readonly heard: Map<string, Map<string, number>>;
  /** Convoys and close events that gt was asked about. */
  readonly asked: Set<string>;
  /** When a source last told it to look at everything. */
  toldToSweep: number;
  readonly watching: boolean;
  readonly takenUp: ReadonlySet<string>;
}

export interface Command {
  readonly life: Life;
  readonly step: LandStep;
  readonly convoy: string;
  readonly started: number;
  readonly startedWall: number;
  /** What a watcher can see of the world, when the landing began that this is a step of. */
  world: string;
  /** gt was asked about what can't be judged. */
  asked: boolean;
  endedAt?: number;
  /** Its gt makes up for people who have not been told. */
  readonly tells: boolean;
  /** It looks at every convoy of the town. */
  readonly all: boolean;
  /** The close events that it was asked for. */
  readonly events: Set<string>;
  /** The watcher that ran it has crashed, and the command with it. */
  lost: boolean;
  /** It has not ended, whoever waits for it. */
  runs: boolean;
  /** Which end of each convoy it is that it has closed. */
  readonly epochs: Map<string, number>;
  readonly done: Promise<void>;
  readonly over: () => void;
}

/** Whether a step is the next rung of the same ladder. */
export function follows(step: LandStep, before: LandStep): boolean {
  const order: readonly LandStep[] = ["check", "close", "force"];
  return order.indexOf(step) > order.indexOf(before);
}
