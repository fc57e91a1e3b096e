import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markOf } from "@gastown/process";
import {
  copyRecordedTown,
  installStandIns,
  isAlive,
  openTown,
  recordedTown,
  tempDir,
  until,
} from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkTown, TownLockedError, ToolNotFoundError, watchTown, type WatcherStatus } from "../src/index.ts";
import { type LedgerLine, readLedger } from "../src/ledger.ts";
import { startHolder } from "./support/holder.ts";
import { landings, optionsFor, setting, startWatching } from "./support/watching.ts";

describe.for([["bd"], ["db"], ["bd", "db"]] as const)("a town watched by %j", (sources) => {
  test("lands a convoy when its last issue is closed, once, and not before", async () => {
    const where = setting();
    const { town, control } = where;
    control.set({ bd: { intervalMs: 20 } });
    for (const id of ["al-a", "be-a", "hq-a"]) town.createIssue({ id });
    const convoy = town.createConvoy({ tracks: ["al-a", "be-a", "hq-a"], description: "Notify: mayor/" });
    const watching = startWatching(where, { sources });
    await watching.record("watching");
    if (sources.includes("bd" as never)) await until(() => control.calls("bd").length > 0);

    for (const id of ["al-a", "hq-a"]) town.close(id, { feed: true });
    await watching.record("close", ({ issue }) => issue === "hq-a");
    await watching.record("waiting", ({ done }) => done === 2);
    expect(landings(control)).toEqual([]);
    town.close("be-a", { feed: true });
    // A gt whose check takes no id closes sooner than it checks.
    expect(await watching.record("landed")).toMatchObject({ convoy, by: "close" });
    expect(town.status(convoy)).toBe("closed");
    expect(control.mails()).toMatchObject([{ to: "mayor/", convoy }]);

    watching.stop.abort("SIGTERM");
    await watching.ended;
    expect(watching.records.at(-1)).toEqual({ event: "stopped", reason: "SIGTERM" });
    expect(watching.of("landed")).toHaveLength(1);
    expect(landings(control)).toHaveLength(1);
    for (const { pid } of control.calls()) await until(() => !isAlive(pid));
  });

  test("lands at the start what became complete before it", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    const convoy = where.town.createConvoy({ tracks: ["al-a"] });
    where.town.close("al-a");
    const watching = startWatching(where, { sources });
    expect(await watching.record("landed")).toMatchObject({ convoy });
  });
});

describe("a watcher", () => {
  test("says hello, that it is watching, and keeps its status beside its lock", async () => {
    const where = setting();
    const watching = startWatching(where);
    await watching.record("watching");
    expect(watching.records[0]).toEqual({
      event: "hello",
      version: "0.0.0",
      pid: process.pid,
      town: where.town.dir,
      bd: where.bd,
      gt: where.gt,
    });
    const own = join(where.town.dir, ".runtime/convoy-watcher");
    const status = (): WatcherStatus => JSON.parse(readFileSync(join(own, "status.json"), "utf8")) as WatcherStatus;
    await until(() => existsSync(join(own, "status.json")) && status().watchingSince);
    watching.stop.abort("SIGINT");
    await watching.ended;
    expect(status()).toMatchObject({ pid: process.pid, town: where.town.dir, stoppedAt: expect.any(String) });
    expect(readdirSync(own).toSorted()).toEqual(["status.json", "watcher.lock"]);
    expect(readdirSync(join(where.town.dir, ".beads")).filter((name) => name.includes("watcher"))).toEqual([]);
  });

  test("is refused where another one is, and does nothing there", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    where.town.createConvoy({ tracks: ["al-a"] });
    where.town.close("al-a");
    const holder = await startHolder(where.town.dir, "better-sqlite3");
    const error = await watchTown(optionsFor(where)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TownLockedError);
    expect(error).toMatchObject({ pid: holder.pid });
    await expect(checkTown(optionsFor(where), [])).rejects.toBeInstanceOf(TownLockedError);
    expect(where.control.calls()).toEqual([]);
  });

  test("in a dry run needs no lock and no gt, and runs and writes nothing", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    const convoy = where.town.createConvoy({ tracks: ["al-a"] });
    const watching = startWatching(where, { dryRun: true, gt: "/none/gt", sources: ["db"] });
    await watching.record("watching");
    where.town.close("al-a");
    expect(await watching.record("complete")).toMatchObject({ convoy, done: 1, total: 1 });
    watching.stop.abort("done");
    await watching.ended;
    expect(where.town.status(convoy)).toBe("open");
    expect(existsSync(join(where.town.dir, ".runtime"))).toBe(false);
    expect(where.control.calls("gt")).toEqual([]);
  });

  test("needs a gt, and frees the town when it has none", async () => {
    const where = setting();
    const error = await watchTown(optionsFor(where, { gt: "/none/gt" })).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ToolNotFoundError);
    expect(error).toMatchObject({ code: "tool-not-found", message: "there is no program /none/gt" });
    const watching = startWatching(where);
    await watching.record("watching");
  });

  test("without a bd says so, and lands by the databases", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    const convoy = where.town.createConvoy({ tracks: ["al-a"] });
    const watching = startWatching(where, { bd: "/none/bd" });
    await watching.record("watching");
    expect(await watching.record("source", ({ name }) => name === "bd")).toMatchObject({ state: "unavailable" });
    where.town.close("al-a");
    expect(await watching.record("landed")).toMatchObject({ convoy });
  });

  test("carries on when a rig's database is not there, tells it once, and lands when it is", async () => {
    const where = setting();
    where.town.createIssue({ id: "be-a" });
    const convoy = where.town.createConvoy({ tracks: ["be-a"] });
    where.town.close("be-a");
    rmSync(where.town.beadsDir("beta"), { recursive: true });
    const watching = startWatching(where, { sources: ["db"] });
    await watching.record("watching");
    expect(await watching.record("warning")).toMatchObject({
      message: expect.stringMatching(/^beta: .*cannot be read/),
    });
    expect(watching.of("landed")).toEqual([]);
    where.town.createIssue({ id: "al-a" });
    const second = where.town.createConvoy({ tracks: ["al-a"] });
    where.town.close("al-a");
    await watching.record("landed", (record) => record.convoy === second);
    expect(watching.of("warning").filter(({ message }) => message.startsWith("beta"))).toHaveLength(1);
    expect(where.town.status(convoy)).toBe("open");
    expect(existsSync(where.town.db("beta")), "nothing was created by reading it").toBe(false);
  });

  test("beside a gt daemon waits, and leaves to it what it lands", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    const convoy = where.town.createConvoy({ tracks: ["al-a"] });
    where.control.set({ gt: { daemonCheckMs: 200 } });
    const daemon = spawn(where.gt, ["daemon", "run"], { cwd: where.town.dir, stdio: "ignore", detached: true });
    const gone = new Promise<void>((resolve) => void daemon.once("exit", () => resolve()));
    onTestFinished(async () => {
      if (daemon.pid !== undefined && daemon.exitCode === null) process.kill(-daemon.pid, "SIGKILL");
      await gone;
    });
    await until(() => existsSync(join(where.town.dir, "daemon/daemon.pid")));
    const watching = startWatching(where, { sources: ["db"], grace: 5_000 });
    await watching.record("watching");
    where.town.close("al-a");
    expect(await watching.record("closed")).toMatchObject({
      convoy,
      by: expect.stringContaining("gt daemon"),
      open: [],
    });
    expect(where.town.status(convoy)).toBe("closed");
    expect(watching.of("checking")).toEqual([]);
  });
});

describe("a gt that is not done when the watcher stops", () => {
  const lines = (town: string): readonly LedgerLine[] => readLedger(join(town, ".runtime/convoy-watcher"));

  test("is left to end by itself, and the next watcher waits for it instead of running another one", async () => {
    const where = setting();
    const { town, control } = where;
    control.set({ gt: { mode: "head", takesMs: { mail: 1_500 } } });
    town.createIssue({ id: "al-a" });
    const convoy = town.createConvoy({ tracks: ["al-a"], description: "Notify: mayor/" });
    town.close("al-a");
    const watching = startWatching(where, { leaveAfter: 100 });
    // That the row is closed is not enough: the watcher must have seen it before it is left no time.
    await watching.record("telling");
    expect(town.status(convoy)).toBe("closed");
    watching.stop.abort("SIGTERM");
    await watching.ended;
    const [call] = control.calls("gt").filter(({ argv }) => argv.at(-1) === convoy);
    expect([isAlive(call?.pid ?? 0), control.mails()]).toEqual([true, []]);
    expect(
      watching
        .of("warning")
        .map(({ message }) => message)
        .filter((message) => message.includes("left to end")),
    ).toEqual([`gt convoy check ${convoy} was left to end by itself, because the watcher stops`]);
    expect(lines(town.dir)).toMatchObject([
      { kind: "intent" },
      { kind: "started" },
      { kind: "telling" },
      { kind: "ended", ended: "left" },
    ]);

    const next = startWatching(where);
    await next.record("watching");
    await until(() => lines(town.dir).some((line) => line.kind === "ended" && line.ended === "over"));
    expect(control.mails()).toMatchObject([{ to: "mayor/", convoy }]);
    expect(control.calls("gt").filter(({ argv }) => argv.at(-1) === convoy)).toHaveLength(1);
    expect(
      readdirSync(join(town.dir, ".runtime/convoy-watcher")).filter((name) => name.startsWith("command.")),
    ).toEqual([]);
  });

  test("is ended by the second signal, with its files", async () => {
    const where = setting();
    where.control.set({ gt: { mode: "hangs", ignoreSigterm: true } });
    where.town.createIssue({ id: "al-a" });
    where.town.createConvoy({ tracks: ["al-a"] });
    where.town.close("al-a");
    const watching = startWatching(where, { leaveAfter: 60_000 });
    const call = await until(() => landings(where.control)[0]);
    watching.stop.abort("SIGTERM");
    watching.kill.abort();
    await watching.ended;
    await until(() => !isAlive(call.pid));
    expect(lines(where.town.dir)).toMatchObject([{ kind: "intent" }, { kind: "started" }, { ended: "signal" }]);
  });
});

describe("a watcher whose lock is taken away", () => {
  test("runs no gt, stops with a clear error, and leaves the lock of another one alone", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    const convoy = where.town.createConvoy({ tracks: ["al-a"] });
    const watching = startWatching(where, { sources: ["db"] });
    await watching.record("watching");
    rmSync(join(where.town.dir, ".runtime"), { recursive: true });
    const other = await startHolder(where.town.dir, "better-sqlite3");
    where.town.close("al-a");
    await expect(watching.ended).rejects.toMatchObject({ code: "lock-lost" });
    expect(watching.records.at(-1)).toMatchObject({ event: "stopped", reason: expect.stringContaining("removed") });
    expect([where.town.status(convoy), where.control.calls("gt").filter(({ argv }) => argv.includes(convoy))]).toEqual([
      "open",
      [],
    ]);
    const note = readFileSync(join(where.town.dir, ".runtime/convoy-watcher/watcher.pid"), "utf8");
    expect(JSON.parse(note)).toMatchObject({ pid: other.pid });
  });
});

describe("bd activity", () => {
  test("is not started in a town without daemons, and is when a daemon comes", async () => {
    const where = setting(undefined, { daemons: false });
    const watching = startWatching(where, { sources: ["bd"], dryRun: true });
    expect(await watching.record("source", ({ name }) => name === "bd")).toMatchObject({
      state: "unavailable",
      detail: expect.stringContaining("no rig has a bd daemon"),
    });
    await watching.record("watching");
    expect(where.control.calls("bd")).toEqual([]);
    where.town.startDaemons();
    await until(() => where.control.calls("bd").length === 1);
  });

  test("of a watcher that was killed is ended by the next one", async () => {
    const where = setting();
    where.control.set({ bd: { activity: "silent" } });
    const first = startWatching(where, { sources: ["bd"] });
    const file = join(where.town.dir, ".runtime/convoy-watcher/bd-activity.json");
    const mark = await until(() => (existsSync(file) ? readFileSync(file, "utf8") : undefined));
    first.stop.abort("done");
    await first.ended;
    expect(existsSync(file), "one that stops in order leaves no note").toBe(false);
    const left = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" });
    onTestFinished(() => void left.kill("SIGKILL"));
    expect(JSON.parse(mark)).toMatchObject({ pid: expect.any(Number), start: expect.any(String) });
    writeFileSync(file, JSON.stringify(await until(() => markOf(left.pid ?? 0))));
    startWatching(where, { sources: ["db"] });
    await until(() => left.signalCode !== null || !isAlive(left.pid ?? 0));
  });
});

describe("a hanging gt", () => {
  test("is left in peace by the first signal and ended by the second, with all it started", async () => {
    const where = setting();
    where.control.set({ gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } });
    where.town.createIssue({ id: "al-a" });
    where.town.createConvoy({ tracks: ["al-a"] });
    where.town.close("al-a");
    const watching = startWatching(where);
    const call = await until(() => where.control.calls("gt").find(({ children }) => children.length > 0));
    watching.stop.abort("SIGTERM");
    const bd = where.control.calls("bd").map(({ pid }) => pid);
    for (const pid of bd) await until(() => !isAlive(pid));
    expect(isAlive(call.pid)).toBe(true);
    watching.kill.abort();
    await watching.ended;
    for (const pid of [call.pid, ...call.children]) await until(() => !isAlive(pid));
  });
});

describe("checkTown", () => {
  test("sweeps once, lands what is complete, and tells what it was asked for and did not find", async () => {
    const where = setting();
    for (const id of ["al-a", "al-b"]) where.town.createIssue({ id });
    const complete = where.town.createConvoy({ tracks: ["al-a"] });
    const waiting = where.town.createConvoy({ tracks: ["al-b"] });
    where.town.close("al-a");
    expect(await checkTown(optionsFor(where), [complete, waiting, "hq-cv-none"])).toEqual({
      missing: ["hq-cv-none"],
      complete: 1,
      stuck: [],
    });
    expect([where.town.status(complete), where.town.status(waiting)]).toEqual(["closed", "open"]);
    expect(await checkTown(optionsFor(where), [])).toMatchObject({ complete: 0 });
    expect(where.control.calls("bd"), "no stream is started for it").toEqual([]);
  });

  test("in a dry run counts what is complete, and touches nothing", async () => {
    const where = setting();
    where.town.createIssue({ id: "al-a" });
    const convoy = where.town.createConvoy({ tracks: ["al-a"] });
    where.town.close("al-a");
    expect(await checkTown(optionsFor(where, { dryRun: true, gt: undefined }), [])).toMatchObject({ complete: 1 });
    expect(where.town.status(convoy)).toBe("open");
    expect(where.control.calls()).toEqual([]);
  });

  test.skipIf(recordedTown() === undefined)(
    "lands the six complete convoys of the recorded town and no other (left out where there is no recording)",
    async () => {
      const dir = tempDir(onTestFinished).path;
      const town = openTown(copyRecordedTown(dir));
      const where = { dir, town, ...installStandIns(join(dir, "bin")) };
      const convoys = ["g3goy", "mi7oy", "g4y2s", "m62mo", "45lfu", "3ebwm", "5kpzs", "fmhhy", "toa5y", "ex5js"];
      await checkTown(optionsFor(where), []);
      const closed = convoys.filter((id) => town.status(`hq-cv-${id}`) === "closed");
      expect(closed).toEqual(["g3goy", "mi7oy", "g4y2s", "m62mo", "45lfu", "3ebwm"]);
      expect(where.control.mails().map(({ convoy }) => convoy)).toEqual(["hq-cv-3ebwm"]);
    },
  );
});
