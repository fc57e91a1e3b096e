import { Dice } from "./random.ts";

export type RigName = "hq" | "gt" | "bd";
/** What becomes of the event that tells of a change: a close that passes no daemon has none. */
export type Feeding = "now" | "late" | "twice" | "lost";
export type GtKind = "seed" | "head" | "blind" | "july";
/** `export`, `mail`, `stamp`: just that fails, of what a `gt` of July does after a close. */
export type GtHealth = "ok" | "fails" | "hangs" | "lies" | "missing" | "touches" | "dies" | "export" | "mail" | "stamp";

/** Something that happens in the town, `wait` milliseconds after what happened before. */
export type Step = { readonly wait: number } & (
  | { readonly kind: "convoy"; readonly convoy: string; readonly references: readonly string[] }
  | { readonly kind: "track" | "untrack"; readonly convoy: string; readonly reference: string }
  /** `gt convoy create` or `add` of closed issues: a closed convoy is opened first, then one issue follows the other. */
  | { readonly kind: "make"; readonly convoy: string; readonly references: readonly string[]; readonly gap: number }
  | { readonly kind: "close" | "reopen" | "delete"; readonly issue: string; readonly feeding: Feeding }
  | { readonly kind: "finish"; readonly convoy: string; readonly feeding: Feeding }
  | { readonly kind: "status"; readonly convoy: string; readonly status: string }
  | { readonly kind: "own"; readonly convoy: string; readonly owned: boolean }
  | {
      readonly kind: "fault";
      readonly rig: RigName;
      readonly fault: "locked" | "corrupt" | "unreachable";
      readonly ms: number;
    }
  | { readonly kind: "replace"; readonly rig: RigName; readonly rollBack: boolean; readonly ms: number }
  | {
      readonly kind: "feed";
      readonly how: "dies" | "mute" | "throws" | "ends";
      readonly source: number;
      readonly ms: number;
    }
  | { readonly kind: "gt"; readonly gt: GtKind }
  | { readonly kind: "health"; readonly health: GtHealth; readonly diesAfter: number }
  | { readonly kind: "pace"; readonly ms: number }
  | { readonly kind: "rival"; readonly how: "none" | "idle" | "acts" }
  | { readonly kind: "jump"; readonly ms: number }
  | { readonly kind: "crash"; readonly orphan: "lost" | "lives"; readonly ms: number }
  /** `second`: the second signal comes so long after the first. */
  | { readonly kind: "restart"; readonly ms: number; readonly second?: number }
);

/** All that happens in one simulated life of a town, as plain data: the same history always plays the same. */
export interface History {
  readonly seed: number;
  /** Deletes leave no row, and stamps are whole seconds. */
  readonly dolt: boolean;
  /** How long a query takes at most. */
  readonly delay: number;
  readonly gt: GtKind;
  /** How long a `gt` of July nudges people. */
  readonly nudges: number;
  /** There is a second source, which tells late. */
  readonly second: boolean;
  /** A start is told of the commands of the watcher before that have no end. */
  readonly ledger: boolean;
  /** Whether gt is another program once the faults have stopped. */
  readonly newGt: boolean;
  readonly steps: readonly Step[];
  /** Waits between the closes of the epilogue. */
  readonly epilogue: readonly number[];
  /** There are so many edges that the database is rather asked for a few than read as a whole. */
  readonly crowded: boolean;
}

export const CONVOYS: readonly string[] = ["hq-cv-a", "hq-cv-b", "hq-cv-c", "hq-cv-d", "hq-cv-e"];
export const ISSUES: readonly string[] = ["hq-1", "hq-2", "gt-1", "gt-2", "gt-3", "bd-1", "bd-2", "xx-1"];

const RIGS: readonly RigName[] = ["hq", "gt", "bd"];
const FEEDING: readonly (readonly [number, Feeding])[] = [
  [5, "now"],
  [2, "late"],
  [2, "twice"],
  [2, "lost"],
];

/** Makes up a history of at least 30 steps. */
export function makeHistory(seed: number): History {
  const dice = new Dice(seed);
  const length = dice.int(30, 45);
  return {
    seed,
    dolt: dice.chance(0.4),
    delay: dice.pick([0, 3, 25]),
    gt: dice.pick(["seed", "head", "blind", "july", "july"]),
    nudges: dice.pick([0, 400, 20_000]),
    second: dice.chance(0.3),
    ledger: dice.chance(0.6),
    newGt: dice.chance(0.5),
    steps: [
      ...CONVOYS.slice(0, dice.int(1, 3)).map((convoy) => ({ wait: 0, ...makeConvoy(dice, convoy) })),
      ...Array.from({ length }, () => ({ wait: makeWait(dice), ...makeStep(dice) })),
    ],
    epilogue: Array.from({ length: 9 }, () => dice.int(0, 40)),
    crowded: dice.chance(0.5),
  };
}

function makeWait(dice: Dice): number {
  return dice.weighted([
    [3, dice.int(0, 30)],
    [3, dice.int(30, 1_000)],
    [2, dice.int(1_000, 6_000)],
    [1, dice.int(6_000, 45_000)],
  ]);
}

type Event = Step extends infer S ? (S extends Step ? Omit<S, "wait"> : never) : never;

function makeConvoy(dice: Dice, convoy: string): Event & { kind: "convoy" } {
  return { kind: "convoy", convoy, references: Array.from({ length: dice.int(0, 3) }, () => makeReference(dice)) };
}

function makeReference(dice: Dice): string {
  const issue = dice.pick(ISSUES);
  return dice.pick([issue, `external:gastown:${issue}`, `external:${issue}:${issue}`]);
}

function makeStep(dice: Dice): Event {
  const convoy = dice.pick(CONVOYS);
  const issue = dice.pick(ISSUES);
  const rig = dice.pick(RIGS);
  const feeding = dice.weighted(FEEDING);
  return dice.weighted<() => Event>([
    [3, () => makeConvoy(dice, convoy)],
    [2, () => ({ kind: "track", convoy, reference: makeReference(dice) })],
    [
      2,
      () => ({
        kind: "make",
        convoy,
        references: Array.from({ length: dice.int(2, 4) }, () => makeReference(dice)),
        gap: dice.int(50, 2_700),
      }),
    ],
    [1, () => ({ kind: "untrack", convoy, reference: makeReference(dice) })],
    [8, () => ({ kind: "close", issue, feeding })],
    [3, () => ({ kind: "reopen", issue, feeding })],
    [1, () => ({ kind: "delete", issue, feeding })],
    [7, () => ({ kind: "finish", convoy, feeding })],
    [
      3,
      () => ({
        kind: "status",
        convoy,
        status: dice.weighted([
          [4, "open"],
          [1, "closed"],
          [1, "staged_ready"],
        ]),
      }),
    ],
    [1, () => ({ kind: "own", convoy, owned: dice.chance(0.4) })],
    [
      2,
      () => ({ kind: "fault", rig, fault: dice.pick(["locked", "corrupt", "unreachable"]), ms: dice.int(1, 40_000) }),
    ],
    [1, () => ({ kind: "replace", rig, rollBack: dice.chance(0.5), ms: dice.int(0, 200) })],
    [
      2,
      () => ({
        kind: "feed",
        how: dice.pick(["dies", "mute", "throws", "ends"]),
        source: dice.int(0, 1),
        ms: dice.int(10, 20_000),
      }),
    ],
    [1, () => ({ kind: "gt", gt: dice.pick(["seed", "head", "blind", "july"]) })],
    [
      4,
      () => ({
        kind: "health",
        health: dice.weighted([
          [6, "ok"],
          [1, "fails"],
          [1, "hangs"],
          [1, "lies"],
          [1, "missing"],
          [1, "touches"],
          [2, "dies"],
          [1, "export"],
          [1, "mail"],
          [1, "stamp"],
        ]),
        diesAfter: dice.int(0, 5),
      }),
    ],
    [1, () => ({ kind: "pace", ms: dice.pick([5, 120, 600, 1_500]) })],
    [1, () => ({ kind: "rival", how: dice.pick(["none", "none", "idle", "acts"]) })],
    [2, () => ({ kind: "crash", orphan: dice.pick(["lost", "lives"]), ms: dice.int(0, 3_000) })],
    [
      2,
      () => ({
        kind: "restart",
        ms: dice.int(0, 3_000),
        ...(dice.chance(0.3) && { second: dice.int(0, 8_000) }),
      }),
    ],
    [1, () => ({ kind: "jump", ms: dice.pick([-3_600_000, -60_000, -4_000, 5_000, 60_000, 8 * 3_600_000]) })],
  ])();
}
