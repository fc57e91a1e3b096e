import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { WatchRecord } from "@gastown/convoy-core";
import { buildTown, installStandIns, type StandIns, tempDir, type Town } from "@gastown/test-fixtures";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, onTestFinished, test } from "vitest";
import createConvoyWatcher, {
  type ConvoyWatcherSettings,
  isNotReady,
  type PluginContext,
  type PluginEvent,
  type PluginHandle,
} from "../src/index.ts";
import { tellOthers } from "../src/report.ts";
import { inRepository } from "./support/repository.ts";

interface Scene extends StandIns {
  readonly town: Town;
  readonly events: PluginEvent[];
  readonly lines: string[];
  start(config?: ConvoyWatcherSettings): Promise<PluginHandle>;
}

function scene(): Scene {
  const dir = tempDir(onTestFinished);
  const town = buildTown(join(dir.path, "town"), { rigs: { alpha: { prefix: "al" } } });
  town.startDaemons();
  const tools = installStandIns(join(dir.path, "bin"));
  const stop = new AbortController();
  const events: PluginEvent[] = [];
  const lines: string[] = [];
  const log =
    (level: string) =>
    (message: string): void =>
      void lines.push(`${level} ${message}`);
  const context: Omit<PluginContext<ConvoyWatcherSettings>, "config"> = {
    signal: stop.signal,
    root: town.dir,
    stateDir: join(dir.path, "state"),
    host: { name: "test", version: "1.0.0" },
    logger: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    emit: (event) => void events.push(event),
    onDispose: () => undefined,
  };
  return {
    ...tools,
    town,
    events,
    lines,
    async start(config = {}) {
      const handle = await createConvoyWatcher({ bd: tools.bd, gt: tools.gt }).start({ ...context, config });
      onTestFinished(async () => handle[Symbol.asyncDispose]());
      return handle;
    },
  };
}

const schema = JSON.parse(readFileSync(inRepository("docs/schema/event.schema.json"), "utf8")) as object;
const isEvent = new Ajv2020({ allErrors: true, validateFormats: false }).compile(schema);

/** As it stands in the event log. */
function expectEvent(event: PluginEvent): void {
  isEvent(JSON.parse(JSON.stringify({ time: "2026-01-01T00:00:00Z", plugin: "convoy-watcher", ...event })));
  expect(isEvent.errors ?? []).toEqual([]);
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !condition(); await sleep(10)) {
    if (Date.now() > end) throw new Error("not within 15 s");
  }
}

test("lands a convoy, says so, and tells others", async () => {
  const { town, start, events, lines } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ title: "Ship \u001B[31mit", tracks: [issue] });
  const handle = await start({ source: ["db"] });
  town.close(issue);
  await until(() => events.some(({ type }) => type === "convoy.landed"));

  expect(town.status(convoy)).toBe("closed");
  expect(events).toMatchObject([
    { type: "convoy.waiting", subject: convoy, payload: { done: 0, total: 1 } },
    { type: "convoy.closed", subject: convoy, payload: { by: "us" } },
    { type: "convoy.landed", subject: convoy, payload: { by: "close" } },
  ]);
  for (const event of events) expectEvent(event);
  expect(lines).toContain(`info ${convoy} "Ship it" landed: all tracked issues closed`);
  expect(handle.status()).toMatchObject({ landed: 1, town: town.dir, rival: null, lastLanded: { convoy } });
});

test("tells of a convoy that is stuck, that others closed, and whose people were not told", () => {
  const events: PluginEvent[] = [];
  const about = { convoy: "hq-cv-1", title: "T" } as const;
  const records: readonly WatchRecord[] = [
    { event: "stuck", ...about, attempts: 3, output: "no" },
    { event: "closed", ...about, by: "gt daemon", done: 1, total: 2, open: ["al-1"] },
    { event: "landed", ...about, ms: 1, by: "check", told: "tried, not told", untold: ["mayor/"], said: "could not" },
    { event: "stopped", reason: "done" },
  ];
  for (const record of records) tellOthers({ emit: (event) => void events.push(event) }, record);
  expect(events.map(({ type }) => type)).toEqual([
    "convoy.stuck",
    "convoy.closed",
    "convoy.closed",
    "convoy.landed",
    "convoy.untold",
  ]);
  for (const event of events) expectEvent(event);
  expect(() => expectEvent({ type: "convoy.stuck", subject: "hq-cv-1", payload: {} })).toThrow();
});

test("sweeps when it is triggered", async () => {
  const { town, start, control } = scene();
  control.set({ bd: { activity: "silent" } });
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const handle = await start({ source: ["bd"], sweep: 86_400_000 });
  town.close(issue);
  expect(town.status(convoy)).toBe("open");
  await handle.trigger?.();
  await until(() => town.status(convoy) === "closed");
});

test("what the factory is given wins over the config", async () => {
  const { start, lines } = scene();
  await start({ gt: "/nowhere/gt" });
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([]);
});

test("is not ready where another watcher holds the town, and says what to do", async () => {
  const { start } = scene();
  await start();
  const error: unknown = await start().catch((fault: unknown) => fault);
  expect(isNotReady(error)).toBe(true);
  expect(error).toMatchObject({
    message: expect.stringContaining(`pid ${process.pid}`),
    hint: expect.stringContaining("one watcher a town is enough"),
  });
});
