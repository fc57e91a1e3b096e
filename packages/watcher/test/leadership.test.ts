import { type CommandResult, type ConvoyLander, DatabaseError, type WatchRecord } from "@gastown/convoy-core";
import { type VirtualClock, virtualClock } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import {
  type Leadership,
  leadershipOf,
  type TownHold,
  type TownLead,
  underLead,
  whileLeading,
} from "../src/leadership.ts";

const OURS: TownHold = { held: true, anew: false };
const ANEW: TownHold = { held: true, anew: true };
const ALONE: TownHold = { held: true, anew: false, alone: true };
const THEIRS: TownHold = { held: false, by: "another one", busy: false };
const ODD = new DatabaseError("unreadable", "hq", "the server said 1105", "look at its log");
const AWAY = new DatabaseError("unreachable", "hq", "the server does not answer", "start it");

interface Lock extends TownLead {
  /** What it answers from now on. */
  answer: TownHold | DatabaseError;
  /** The connection that it hangs on stands. */
  stands: boolean;
  readonly taken: number[];
  readonly busy: boolean;
  readonly released: boolean;
}

/** A lock that answers as a server does, with proofs that age by both clocks. */
function lockOn(clock: VirtualClock, answer: TownHold | DatabaseError): Lock {
  let proof = { now: Number.NEGATIVE_INFINITY, wall: 0 };
  let busy = false;
  let released = false;
  const lock = {
    answer,
    stands: true,
    taken: [] as number[],
    get busy() {
      return busy;
    },
    get released() {
      return released;
    },
    async take() {
      lock.taken.push(clock.now());
      if (lock.answer instanceof DatabaseError) throw lock.answer;
      if (lock.answer.held) proof = { now: clock.now(), wall: clock.wall() };
      return lock.answer;
    },
    isProved: (within: number) =>
      lock.stands && clock.now() - proof.now < within && Math.abs(clock.wall() - proof.wall) < within,
    setBusy: (now: boolean) => void (busy = now),
    release: () => void (released = true),
  };
  return lock;
}

interface Watcher {
  readonly lock: Lock;
  readonly clock: VirtualClock;
  readonly records: WatchRecord[];
  /** When the work began, each time. */
  readonly begun: number[];
  readonly ran: string[];
  lead(): Leadership;
  land(convoy: string): Promise<CommandResult>;
  said(text: string): boolean;
}

const signals = { kill: new AbortController().signal, leave: new AbortController().signal };

function landerOf(ran: string[], during: () => void = () => undefined): ConvoyLander {
  return {
    command: (step, convoy) => `gt ${step} ${convoy}`,
    async run(_, convoy) {
      ran.push(convoy);
      during();
      return { ended: "exit", exitCode: 0, output: "" };
    },
    identity: () => "gt",
    knows: async () => ({ checkTakesId: true, stamps: false }),
  };
}

/** A watcher under a lead, whose work is to wait until it is told to stop. */
function watcher(answer: TownHold | DatabaseError, during?: (lock: Lock) => void): Watcher {
  const clock = virtualClock();
  const lock = lockOn(clock, answer);
  const records: WatchRecord[] = [];
  const begun: number[] = [];
  const ran: string[] = [];
  const stop = new AbortController();
  let leadership: Leadership | undefined;
  const running = whileLeading(
    lock,
    { clock, report: (record) => void records.push(record), stop: stop.signal },
    async (given) => {
      leadership = given;
      begun.push(clock.now());
      const { promise, resolve } = Promise.withResolvers<void>();
      AbortSignal.any([stop.signal, given.lost]).addEventListener("abort", () => resolve());
      await promise;
    },
  );
  onTestFinished(async () => {
    stop.abort("test");
    await running;
    expect(lock.released).toBe(true);
  });
  const lead = (): Leadership => {
    if (leadership === undefined) throw new Error("it does not lead");
    return leadership;
  };
  return {
    lock,
    clock,
    records,
    begun,
    ran,
    lead,
    land: (convoy) =>
      lead()
        .guard(landerOf(ran, () => during?.(lock)))
        .run("check", convoy, signals),
    said: (text) => JSON.stringify(records).includes(text),
  };
}

test("the leader works at once, gives a sign of life every two seconds, and says once that it leads", async () => {
  const { clock, lock, begun, records } = watcher(OURS);
  await clock.advance(10_000);
  expect(begun).toEqual([0]);
  expect(lock.taken).toEqual([0, 2_000, 4_000, 6_000, 8_000, 10_000]);
  expect(records).toEqual([{ event: "source", name: "lead", state: "up", detail: "this watcher leads the town" }]);
});

test("who stands by asks every second, says for whom once, and begins two seconds after it got the lead", async () => {
  const { clock, lock, begun, said, records } = watcher(THEIRS);
  await clock.advance(5_500);
  expect(lock.taken).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  expect(said("another one leads this town: standing by")).toBe(true);
  expect(records).toHaveLength(2);
  lock.answer = ANEW;
  await clock.advance(2_499);
  expect(begun).toEqual([]);
  await clock.advance(1);
  expect(begun).toEqual([8_000]);
});

test("another one's lead is found out between landings, and ends the work", async () => {
  const { clock, lock, begun, said } = watcher(OURS);
  await clock.advance(1_000);
  lock.answer = THEIRS;
  await clock.advance(1_000);
  expect(said("another one leads this town now: standing by")).toBe(true);
  lock.answer = ANEW;
  await clock.advance(5_000);
  expect(begun).toHaveLength(2);
});

test("a command runs by a proof asked for at that moment, and never otherwise", async () => {
  const { clock, lock, ran, land } = watcher(OURS);
  await clock.advance(1_500);
  const before = lock.taken.length;
  expect(await land("hq-cv-a")).toMatchObject({ ended: "exit" });
  expect(lock.taken.length).toBe(before + 1);
  for (const [answer, stands, why] of [
    [THEIRS, true, "another one leads this town"],
    [ODD, true, "the server said 1105"],
    [AWAY, true, "the server does not answer"],
    [ANEW, true, "the lead had to be taken anew"],
    [OURS, false, "asked too long ago"],
  ] as const) {
    lock.answer = answer;
    lock.stands = stands;
    expect(await land("hq-cv-b")).toEqual({ ended: "failed", output: expect.stringContaining(why) });
  }
  expect(ran).toEqual(["hq-cv-a"]);
});

test.each(["the process slept", "the machine slept", "the clock was set back"])(
  "nothing is run by an answer that is old because %s",
  async (what) => {
    const { clock, lock, ran, land } = watcher(OURS);
    await clock.advance(100);
    const answered = lock.take;
    lock.take = async () => {
      const hold = await answered();
      if (what === "the process slept") await clock.advance(20_000);
      else clock.jump(what === "the machine slept" ? 20_000 : -20_000);
      return hold;
    };
    expect(await land("hq-cv-a")).toMatchObject({ ended: "failed" });
    lock.take = answered;
    expect(ran).toEqual([]);
  },
);

test("an odd answer at the start does not mean that there is no lock: nothing is run before it answers", async () => {
  const { clock, lock, begun, ran, land, said } = watcher(ODD);
  await clock.advance(10);
  // What is wrong the reads say, too.
  expect(begun).toEqual([0]);
  expect(said("the server said 1105")).toBe(true);
  expect(await land("hq-cv-a")).toMatchObject({ ended: "failed" });
  lock.answer = THEIRS;
  await clock.advance(2_000);
  expect(said("another one leads this town now: standing by")).toBe(true);
  lock.answer = ANEW;
  await clock.advance(5_000);
  expect(begun).toHaveLength(2);
  lock.answer = OURS;
  expect(await land("hq-cv-b")).toMatchObject({ ended: "exit" });
  expect(ran).toEqual(["hq-cv-b"]);
});

test("a server that is away is waited for; while it is away the lead is not given up", async () => {
  const { clock, lock, begun, records } = watcher(AWAY);
  await clock.advance(5_000);
  expect(begun).toEqual([]);
  lock.answer = ANEW;
  await clock.advance(1_000);
  expect(begun).toHaveLength(1);
  lock.answer = AWAY;
  await clock.advance(60_000);
  lock.answer = ANEW;
  await clock.advance(2_000);
  expect(begun).toHaveLength(1);
  expect(records.filter(({ event }) => event === "warning")).toHaveLength(1);
});

test("what the one before had under way counts as a rival at work, for a minute", async () => {
  const { clock, lock, lead } = watcher({ ...THEIRS, busy: true });
  await clock.advance(100);
  lock.answer = ANEW;
  await clock.advance(3_000);
  const rival = async () => {
    const options = { lander: landerOf([]), rival: async () => undefined, stop: new AbortController().signal };
    return underLead(options as unknown as Parameters<typeof underLead>[0], lead()).rival();
  };
  expect(await rival()).toEqual({ name: "another one, which led before,", checking: true });
  await clock.advance(60_000);
  expect(await rival()).toBeUndefined();
});

test("others are told while a command is under way", async () => {
  const seen: boolean[] = [];
  const { clock, lock, land } = watcher(OURS, (at) => void seen.push(at.busy));
  await clock.advance(10);
  await land("hq-cv-a");
  expect(seen).toEqual([true]);
  expect(lock.busy).toBe(false);
});

test("a town that moves to a server while it is watched has a lead from then on", async () => {
  const { clock, lock, begun, records, land } = watcher(ALONE);
  await clock.advance(3_000);
  expect(records).toEqual([]);
  expect(await land("hq-cv-a")).toMatchObject({ ended: "exit" });
  lock.answer = ANEW;
  await clock.advance(2_000);
  expect(records).toEqual([{ event: "source", name: "lead", state: "up", detail: "this watcher leads the town" }]);
  lock.answer = THEIRS;
  await clock.advance(2_000);
  expect(begun).toEqual([0]);
  expect(records.at(-1)).toMatchObject({ event: "warning" });
});

test("a single sweep is bound to the lead as well", async () => {
  const clock = virtualClock();
  const lock = lockOn(clock, OURS);
  const lost = new AbortController();
  const ran: string[] = [];
  const { confirm, guard } = leadershipOf(lock, lost);
  const lander = guard(landerOf(ran));
  await confirm();
  await lander.run("check", "hq-cv-a", signals);
  lock.answer = THEIRS;
  await lander.run("check", "hq-cv-b", signals);
  expect(ran).toEqual(["hq-cv-a"]);
  expect(lost.signal.reason).toBe("another one");
});
