import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WorkQueue } from "../../src/index.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

type Command =
  | { readonly kind: "add"; readonly key: string }
  | { readonly kind: "addAfter"; readonly key: string; readonly ms: number }
  | { readonly kind: "take"; readonly max: number }
  | { readonly kind: "done"; readonly index: number }
  | { readonly kind: "advance"; readonly ms: number };

const KEY = fc.constantFrom("a", "b", "c");
const COMMAND: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant("add" as const), key: KEY }),
  fc.record({ kind: fc.constant("addAfter" as const), key: KEY, ms: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ kind: fc.constant("take" as const), max: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant("done" as const), index: fc.nat({ max: 2 }) }),
  fc.record({ kind: fc.constant("advance" as const), ms: fc.integer({ min: 1, max: 30 }) }),
);

/** What a queue is to be, in the plainest way: wishes for now, at most one for later of each key, and a line. */
class Model {
  now = 0;
  readonly wanted = new Set<string>();
  readonly later = new Map<string, number>();
  readonly running = new Set<string>();
  line: string[] = [];

  add(key: string, ms: number): void {
    const due = this.now + ms;
    if (ms > 0) this.later.set(key, Math.min(due, this.later.get(key) ?? due));
    else this.want(key);
  }

  want(key: string): void {
    this.later.delete(key);
    this.wanted.add(key);
    this.lineUp(key);
  }

  lineUp(key: string): void {
    if (this.wanted.has(key) && !this.running.has(key) && !this.line.includes(key)) this.line.push(key);
  }

  advance(ms: number): void {
    this.now += ms;
    const due = [...this.later].filter(([, at]) => at <= this.now);
    for (const [key] of due.toSorted(([, one], [, other]) => one - other)) this.want(key);
  }

  take(key: string): void {
    this.line = this.line.filter((other) => other !== key);
    this.wanted.delete(key);
    this.running.add(key);
  }

  done(key: string): void {
    this.running.delete(key);
    this.lineUp(key);
  }

  has(key: string): boolean {
    return this.wanted.has(key) || this.running.has(key) || this.later.has(key);
  }
}

test("against a naive model: no key twice at once, no wish unheard, no more turns than wishes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(COMMAND, { maxLength: 60 }), async (commands) => {
      const clock = new VirtualClock();
      const queue = new WorkQueue<string>(clock);
      const model = new Model();
      const wished = new Map<string, number>();
      const turns = new Map<string, number>();
      const count = (counts: Map<string, number>, key: string): void =>
        void counts.set(key, (counts.get(key) ?? 0) + 1);

      const take = async (max: number): Promise<void> => {
        if (model.line.length === 0) return;
        const keys = await queue.take(max);
        // Wishes that fall due at one instant are all heard at it; in which order is left open.
        expect(keys).toHaveLength(Math.min(max, model.line.length));
        for (const key of keys) {
          expect(model.running.has(key)).toBe(false);
          expect(model.line).toContain(key);
          count(turns, key);
          model.take(key);
        }
      };
      const done = (key: string | undefined): void => {
        if (key === undefined) return;
        queue.done(key);
        model.done(key);
      };

      for (const command of commands) {
        if (command.kind === "add" || command.kind === "addAfter") {
          const ms = command.kind === "add" ? 0 : command.ms;
          if (command.kind === "add") queue.add(command.key);
          else queue.addAfter(command.key, ms);
          model.add(command.key, ms);
          count(wished, command.key);
        } else if (command.kind === "take") await take(command.max);
        else if (command.kind === "done") done([...model.running][command.index]);
        else {
          await clock.advance(command.ms);
          model.advance(command.ms);
        }
        expect(queue.busy).toBe(model.line.length + model.running.size);
        for (const key of ["a", "b", "c"]) expect(queue.has(key)).toBe(model.has(key));
        expect(queue.delayed).toBe(model.later.size);
      }

      await clock.advance(100);
      model.advance(100);
      for (let rest = 0; rest < 10; rest += 1) {
        for (const key of model.running) done(key);
        await take(3);
      }
      expect(queue.busy + queue.delayed).toBe(0);
      for (const [key, runs] of turns) expect(runs).toBeLessThanOrEqual(wished.get(key) ?? 0);
      for (const key of wished.keys()) expect(turns.get(key) ?? 0).toBeGreaterThan(0);
      queue.shutDown();
      expect(await queue.take(1)).toEqual([]);
      expect(clock.sleepers).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("every addition is followed by a turn that starts after it", async () => {
  const step = fc.record({ key: KEY, after: fc.integer({ min: 0, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 12 }), async (steps, work) => {
      const clock = new VirtualClock();
      const queue = new WorkQueue<string>(clock);
      let order = 0;
      const added = new Map<string, number>();
      const started = new Map<string, number>();
      const worker = (async () => {
        for (let [key] = await queue.take(1); key !== undefined; [key] = await queue.take(1)) {
          started.set(key, (order += 1));
          await clock.sleep(work);
          queue.done(key);
        }
      })();
      for (const { key, after } of steps) {
        added.set(key, (order += 1));
        queue.add(key);
        await clock.advance(after);
      }
      await clock.advance(1_000);
      for (const [key, at] of added) expect(started.get(key) ?? 0).toBeGreaterThan(at);
      queue.shutDown();
      await worker;
    }),
  );
});
