import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive, waitFor } from "@gastown/test-fixtures";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { repository } from "../src/workspace.ts";
import { type Stage, stage } from "./support/stage.ts";

const own = dirname(process.execPath);
const examples = join(inject("installed"), "examples");
/** The runs of the stand-in gc so far. */
const calls = (dir: string): { readonly pid: number; readonly args: readonly string[] }[] =>
  readFileSync(join(dir, ".gc/calls.jsonl"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { pid: number; args: string[] });

// In the project where the packed packages are installed: nothing of the repository is in reach.
beforeAll(() => {
  for (const name of ["gas-city-events", "hold-up"])
    cpSync(join(repository, "examples", name), join(examples, name), { recursive: true });
});

describe("gas-city-events", () => {
  /** A city, whose beads change without telling anybody but gc. */
  const city = (): Stage & { readonly dir: string; readonly tell: (type: string, subject: string) => void } => {
    const base = stage(own);
    const dir = base.town.dir;
    mkdirSync(join(dir, ".gc"));
    writeFileSync(join(dir, ".gc/events.jsonl"), "");
    symlinkSync(fileURLToPath(new URL("support/gc.mjs", import.meta.url)), join(base.bin, "gc"));
    let seq = 0;
    const tell = (type: string, subject: string): void => {
      const event = {
        seq: (seq += 1),
        type,
        ts: "2026-01-13T01:57:25Z",
        actor: "alpha/nux",
        subject,
        message: "",
        payload: {},
      };
      appendFileSync(join(dir, ".gc/events.jsonl"), `${JSON.stringify(event)}\n`);
    };
    tell("controller.started", "");
    return { ...base, dir, tell };
  };
  const follow = ({ start, dir }: Pick<Stage, "start"> & { readonly dir: string }) =>
    start(examples, "node", [join(examples, "gas-city-events/follow.mjs"), dir]);

  test("lands a convoy on the event that says its last issue is closed, and leaves nothing behind", async () => {
    const made = city();
    const { town, dir, tell } = made;
    const issue = town.createIssue({ rig: "alpha", title: "Fix the login" });
    const convoy = town.createConvoy({ title: "Login", tracks: [issue] });
    const running = follow(made);
    const seen = (text: string) =>
      waitFor(
        text,
        () => running.stdout().includes(text),
        () => running.stdout() + running.stderr(),
      );
    await seen('"event":"watching"');
    town.close(issue);
    tell("agent.woke", "alpha/nux");
    tell("bead.closed", issue);
    await seen('"event":"landed"');
    running.signal("SIGTERM");
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
    const records = stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toContainEqual({ event: "close", issue, source: "gc", convoys: [convoy] });
    expect(records).toContainEqual(expect.objectContaining({ event: "checking", command: "gc convoy check" }));
    expect(town.status(convoy)).toBe("closed");
    const left = calls(dir).filter(({ pid }) => isAlive(pid));
    expect(left).toEqual([]);
  });

  test("goes on from the last event when gc ends, and so misses none", async () => {
    const made = city();
    const { town, dir, tell } = made;
    writeFileSync(join(dir, ".gc/limit"), "1");
    const issues = ["First", "Second"].map((title) => town.createIssue({ rig: "alpha", title }));
    const convoys = issues.map((issue) => town.createConvoy({ title: "Ship it", tracks: [issue] }));
    const running = follow(made);
    await waitFor("watching", () => running.stdout().includes('"event":"watching"'), running.stderr);
    for (const issue of issues) {
      town.close(issue);
      tell("bead.closed", issue);
    }
    const told = (issue: string) => running.stdout().includes(`"event":"close","issue":"${issue}","source":"gc"`);
    await waitFor("both closes", () => issues.every(told), running.stdout);
    await waitFor("both landings", () => convoys.every((convoy) => town.status(convoy) === "closed"), running.stdout);
    running.signal("SIGTERM");
    expect((await running.ended).code).toBe(0);
    const events = calls(dir).filter(({ args }) => args[0] === "events");
    expect(events.slice(0, 3).map(({ args }) => args.slice(1))).toEqual([
      ["--seq"],
      ["--follow", "--after", "1"],
      ["--follow", "--after", "2"],
    ]);
  });

  test("tells that there is no gc, keeps looking, and ends when it is told to", async () => {
    const { start, town, root } = stage(own);
    const program = join(examples, "gas-city-events/follow.mjs");
    const running = start(examples, "node", [program, town.dir, join(root, "no-such-gc")]);
    await waitFor(
      "state",
      () => running.stdout().includes('"state":"down"'),
      () => running.stdout() + running.stderr(),
    );
    running.signal("SIGTERM");
    const { code, stdout } = await running.ended;
    expect(stdout).toContain("ENOENT");
    expect(code).toBe(0);
  });
});

describe("hold-up", () => {
  test("is thirty lines", () => {
    expect(
      readFileSync(join(examples, "hold-up/hold-up.mjs"), "utf8").trimEnd().split("\n").length,
    ).toBeLessThanOrEqual(30);
  });

  test("answers for an issue that is the last, one of several, closed, and tracked by nobody", async () => {
    const { start, town } = stage(own);
    const [last, other, done, alone] = ["last", "other", "done", "alone"].map((name) =>
      town.createIssue({ id: `al-${name}`, title: name }),
    ) as [string, string, string, string];
    town.close(done);
    town.createConvoy({ id: "hq-cv-one", title: "One\u001B[2J", tracks: [last, done] });
    town.createConvoy({ id: "hq-cv-two", title: "Two", tracks: [last, other] });
    const ask = async (issue: string) =>
      (await start(examples, "node", [join(examples, "hold-up/hold-up.mjs"), town.dir, issue]).ended).stdout;
    expect((await ask(last)).split("\n").toSorted().join("\n")).toBe(
      `\nholds up hq-cv-one "One", 1 of 2 done; nothing else is missing\nholds up hq-cv-two "Two", 0 of 2 done; so do al-other`,
    );
    expect(await ask(done)).toBe(`no longer holds up hq-cv-one "One"\n`);
    expect(await ask(alone)).toBe("holds up no convoy\n");
  });

  test("says how it is called", async () => {
    const { code, stderr } = await stage(own).start(examples, "node", [join(examples, "hold-up/hold-up.mjs")]).ended;
    expect(stderr).toBe("Usage: node hold-up.mjs TOWN ISSUE\n");
    expect(code).toBe(2);
  });
});
