import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConvoySnapshot, WatchRecord } from "@gastown/convoy-core";
import { tempDir, virtualClock } from "@gastown/test-fixtures";
import { expect, it, onTestFinished } from "vitest";
import { createHooks, type HookEvent, type HookOptions, type Hooks } from "../src/hooks.ts";
import { systemClock } from "../src/system-clock.ts";

const landed = (convoy: string, title = "Login") =>
  ({ event: "landed", convoy, title, ms: 12, by: "check" }) satisfies WatchRecord;

const snapshot = (id: string): ConvoySnapshot => ({
  id,
  title: "Login",
  status: "closed",
  open: false,
  staged: false,
  owned: false,
  tracked: [
    {
      reference: "external:alpha:al-1",
      id: "al-1",
      state: "done",
      status: "closed",
      rig: "alpha",
      since: "2026-01-13 01:57:25",
    },
  ],
});

interface Hooked {
  readonly dir: string;
  readonly hook: Hooks;
  readonly warnings: string[];
  readonly kill: AbortController;
}

/** A hook that runs this JavaScript; what it writes goes to its working directory. */
function hooked(script: string, options: Partial<HookOptions> = {}, event: HookEvent = "landed"): Hooked {
  const dir = tempDir(onTestFinished).path;
  const file = join(dir, "hook.mjs");
  writeFileSync(file, script);
  const warnings: string[] = [];
  const kill = new AbortController();
  onTestFinished(() => kill.abort());
  const hook = createHooks({
    commands: { [event]: [process.execPath, ...("Deno" in globalThis ? ["run", "-A"] : []), file] },
    clock: systemClock,
    town: dir,
    env: process.env,
    read: async (convoy) => snapshot(convoy),
    report: (record) => {
      if (record.event === "warning") warnings.push(record.message);
    },
    kill: kill.signal,
    ...options,
  });
  return { dir, hook, warnings, kill };
}

const TAKE_NOTE = `
  import { readFileSync, writeFileSync } from "node:fs";
  const { CONVOY_ID, CONVOY_TITLE, TOWN, BEADS_DIR } = process.env;
  const stdin = JSON.parse(readFileSync(0, "utf8"));
  writeFileSync("note-" + CONVOY_ID, JSON.stringify({ CONVOY_ID, CONVOY_TITLE, TOWN, BEADS_DIR, cwd: process.cwd(), stdin }));
`;

it("runs in the town, with the convoy on stdin and in the environment", async () => {
  const { dir, hook, warnings } = hooked(TAKE_NOTE, { env: { ...process.env, BEADS_DIR: "/elsewhere" } });
  hook.report(landed("hq-cv-1"));
  await hook.idle();
  expect(warnings).toEqual([]);
  expect(JSON.parse(readFileSync(join(dir, "note-hq-cv-1"), "utf8"))).toEqual({
    CONVOY_ID: "hq-cv-1",
    CONVOY_TITLE: "Login",
    TOWN: dir,
    cwd: dir,
    stdin: {
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      event: "landed",
      town: dir,
      convoy: "hq-cv-1",
      title: "Login",
      ms: 12,
      by: "check",
      message: 'hq-cv-1 "Login" has landed',
      tracked: [
        {
          issue: "al-1",
          title: null,
          rig: "alpha",
          state: "done",
          status: "closed",
          assignee: null,
          since: "2026-01-13T01:57:25.000Z",
          why: null,
        },
      ],
    },
  });
});

it("takes a hostile title apart for the environment, and hands it on whole as JSON", async () => {
  const title = "\u001B[31mred\u0000\n$(touch pwned)\u202E'; touch pwned; '";
  const { dir, hook, warnings } = hooked(TAKE_NOTE);
  hook.report(landed("hq-cv-1", title));
  await hook.idle();
  const note = JSON.parse(readFileSync(join(dir, "note-hq-cv-1"), "utf8")) as {
    CONVOY_TITLE: string;
    stdin: { title: string };
  };
  expect([note.CONVOY_TITLE, note.stdin.title]).toEqual(["red $(touch pwned)'; touch pwned; '", title]);
  expect([existsSync(join(dir, "pwned")), warnings]).toEqual([false, []]);
});

it.each([
  [
    "process.exitCode = 3; console.error('no route to phone')",
    /^the on-land command failed for hq-cv-1: exit status 3: no route to phone$/,
  ],
  ["process.kill(process.pid, 'SIGKILL')", /was ended by SIGKILL/],
])("tells of a failure and carries on: %s", async (script, warning) => {
  const { hook, warnings } = hooked(script);
  hook.report(landed("hq-cv-1"));
  await hook.idle();
  expect(warnings).toEqual([expect.stringMatching(warning)]);
});

it("tells of a program that is not there, or is none", async () => {
  for (const [program, why] of [
    ["/nowhere/at-all", "there is no program /nowhere/at-all"],
    ["/", ""],
  ] as const) {
    const { hook, warnings } = hooked("", { commands: { landed: [program] } });
    hook.report(landed("hq-cv-1"));
    await hook.idle();
    expect(warnings).toEqual([expect.stringContaining(`the on-land command failed for hq-cv-1: ${why}`)]);
  }
});

it("does not mind a command that reads nothing, however much there is to read", async () => {
  const many = Array.from({ length: 5_000 }, (_, at) => ({
    reference: `al-${at}`,
    id: `al-${at}`,
    state: "done" as const,
    title: "x".repeat(100),
  }));
  const { hook, warnings } = hooked("", { read: async (id) => ({ ...snapshot(id), tracked: many }) });
  hook.report(landed("hq-cv-1"));
  await hook.idle();
  expect(warnings).toEqual([]);
});

it("says null for what it tracked when that cannot be read any more", async () => {
  const { dir, hook } = hooked(TAKE_NOTE, { read: () => Promise.reject(new Error("gone")) });
  hook.report(landed("hq-cv-1"));
  await hook.idle();
  expect((JSON.parse(readFileSync(join(dir, "note-hq-cv-1"), "utf8")) as { stdin: unknown }).stdin).toMatchObject({
    tracked: null,
  });
});

it("stops a command that takes too long, with all it started", async () => {
  const script = `
    import { spawn } from "node:child_process";
    import { writeFileSync } from "node:fs";
    const child = spawn("sleep", ["600"], { stdio: "ignore" });
    writeFileSync("pids", process.pid + " " + child.pid);
    setInterval(() => {}, 1000);
  `;
  const { dir, hook, warnings } = hooked(script, { limits: { timeout: 1_500 } });
  hook.report(landed("hq-cv-1"));
  await hook.idle();
  expect(warnings).toEqual(["the on-land command failed for hq-cv-1: it was stopped after 1.5 s"]);
  for (const pid of readFileSync(join(dir, "pids"), "utf8").split(" ").map(Number))
    await expect.poll(() => isAlive(pid)).toBe(false);
});

it("runs no more than a few at once, in their order, and leaves out what is too much", async () => {
  const script = `
    import { existsSync, writeFileSync } from "node:fs";
    writeFileSync("begun-" + process.env.CONVOY_ID, "");
    while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 10));
  `;
  const { dir, hook, warnings } = hooked(script, { limits: { atOnce: 2, waiting: 3 } });
  for (const id of ["1", "2", "3", "4", "5", "6", "7"]) hook.report(landed(id));
  const begun = (): string[] =>
    readdirSync(dir)
      .filter((name) => name.startsWith("begun"))
      .sort();
  await expect.poll(begun, { timeout: 20_000 }).toEqual(["begun-1", "begun-2"]);
  writeFileSync(join(dir, "go"), "");
  await hook.idle();
  expect(begun()).toEqual(["begun-1", "begun-2", "begun-3", "begun-4", "begun-5"]);
  expect(warnings).toEqual(["hooks were left out 2 time(s): more than 3 were waiting"]);
});

it("ends what is under way when the watcher is to go at once, and starts nothing more", async () => {
  const script = `
    import { writeFileSync } from "node:fs";
    writeFileSync("begun-" + process.env.CONVOY_ID, String(process.pid));
    setInterval(() => {}, 1000);
  `;
  const { dir, hook, kill } = hooked(script, { limits: { atOnce: 1 } });
  hook.report(landed("1"));
  hook.report(landed("2"));
  await expect
    .poll(() => existsSync(join(dir, "begun-1")) && readFileSync(join(dir, "begun-1"), "utf8"), { timeout: 20_000 })
    .toBeTruthy();
  const pid = Number(readFileSync(join(dir, "begun-1"), "utf8"));
  kill.abort();
  await hook.idle();
  await expect.poll(() => isAlive(pid)).toBe(false);
  await sleep(0);
  expect(existsSync(join(dir, "begun-2"))).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

it("runs for a stuck convoy, with the record in the environment, too", async () => {
  const { dir, hook } = hooked(
    `import { writeFileSync } from "node:fs";
     const { EVENT, MESSAGE, CONVOY_ID, CONVOY_ATTEMPTS, CONVOY_OUTPUT } = process.env;
     writeFileSync("note", JSON.stringify([EVENT, MESSAGE, CONVOY_ID, CONVOY_ATTEMPTS, CONVOY_OUTPUT]));`,
    {},
    "stuck",
  );
  hook.report(landed("hq-cv-0"));
  hook.report({ event: "stuck", convoy: "hq-cv-1", title: "A \u001B[31mb", attempts: 3, output: "one\ntwo" });
  await hook.idle();
  expect(JSON.parse(readFileSync(join(dir, "note"), "utf8"))).toEqual([
    "stuck",
    'hq-cv-1 "A b" is stuck: two',
    "hq-cv-1",
    "3",
    "one two",
  ]);
});

it("runs for a source that has been down for a minute, and not for one that comes back before", async () => {
  const clock = virtualClock();
  const { dir, hook } = hooked(
    `import { appendFileSync } from "node:fs"; appendFileSync("note", process.env.MESSAGE + "\\n");`,
    { clock },
    "down",
  );
  const source = (name: string, state: "up" | "down"): void =>
    hook.report({ event: "source", name, state, detail: "it has ended" });
  source("bd", "down");
  source("db", "down");
  await clock.advance(30_000);
  source("bd", "up");
  await clock.advance(60_000);
  await expect.poll(() => existsSync(join(dir, "note"))).toBe(true);
  hook.fail(new Error("disk on fire"));
  await hook.idle();
  expect(readFileSync(join(dir, "note"), "utf8").split("\n")).toEqual([
    "source db has been down for a minute: it has ended",
    "the watcher has ended: disk on fire",
    "",
  ]);
});

const NOTE_CALL = `
  import { appendFileSync, readFileSync } from "node:fs";
  const { MESSAGE, CONVOY_BY, CONVOY_UNTOLD } = process.env;
  appendFileSync("notes", JSON.stringify([JSON.parse(readFileSync(0, "utf8")).event, MESSAGE, CONVOY_BY, CONVOY_UNTOLD]) + "\\n");
`;

it("runs for a convoy that somebody else has closed", async () => {
  const { dir, hook } = hooked(NOTE_CALL, {}, "closed");
  hook.report({
    event: "closed",
    convoy: "hq-cv-1",
    title: "Login",
    by: "gt daemon",
    done: 1,
    total: 2,
    open: ["al-1"],
  });
  hook.report(landed("hq-cv-2"));
  await hook.idle();
  expect(JSON.parse(readFileSync(join(dir, "notes"), "utf8"))).toEqual([
    "closed",
    'hq-cv-1 "Login" was closed by gt daemon with 1 of 2 tracked issues closed',
    "gt daemon",
    null,
  ]);
});

it("runs for a convoy that has landed with somebody untold, and for no other", async () => {
  const { dir, hook } = hooked(NOTE_CALL, {}, "untold");
  hook.report({ ...landed("hq-cv-1"), told: "told" });
  hook.report({ ...landed("hq-cv-2"), told: "cannot be known" });
  hook.report({ ...landed("hq-cv-3"), told: "tried, not told", untold: ["mayor/", "alpha/nux"] });
  await hook.idle();
  expect(JSON.parse(readFileSync(join(dir, "notes"), "utf8"))).toEqual([
    "untold",
    'hq-cv-3 "Login" has landed, but these were not told: mayor/, alpha/nux',
    "check",
    "mayor/ alpha/nux",
  ]);
});
