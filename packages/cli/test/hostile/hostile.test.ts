import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { EVIL, UNSAFE } from "../support/hostile.ts";
import { scene, type Scene } from "../support/scene.ts";
import { expectShape } from "../support/schemas.ts";
import { inTerminal, noTmux } from "../support/tmux.ts";

const FIRST = "hq-cv-first";

/** A town whose agents have written what they should not: as titles, ids, assignees, statuses, references and routes. */
function hostileTown(): Scene {
  const made = scene();
  const { town } = made;
  const ids = EVIL.map((text, at) => {
    // SQLite ends text at NUL, and bd refuses titles of more than 500 characters.
    const title = text.replace("\u0000", "").slice(0, 500);
    const open = town.createIssue({ id: `al-${at}${title.slice(0, 60)}`, title, assignee: title, rig: "alpha" });
    town.createConvoy({
      id: `hq-cv-${at}${title.slice(0, 60)}`,
      title,
      rawTracks: [`external:alpha:${open}`, `external:x:${title}`],
    });
    const done = town.createIssue({ id: `be-${at}${title.slice(0, 60)}`, title, rig: "beta" });
    town.close(done);
    town.createConvoy({ id: `hq-co-${at}${title.slice(0, 60)}`, title, rawTracks: [`external:beta:${done}`] });
    return open;
  });
  town.createConvoy({
    id: FIRST,
    title: EVIL.join("").replaceAll("\u0000", "").slice(0, 500),
    rawTracks: ids.map((id) => `external:alpha:${id}`),
  });
  writeFileSync(
    join(town.dir, ".beads/routes.jsonl"),
    `${EVIL.map((text) => JSON.stringify({ prefix: `x${text}-`, path: `dir${text.replace(/[\0/\\]/g, "")}` })).join("\n")}\n`,
    { flag: "a" },
  );
  return made;
}

const COMMANDS: readonly (readonly [args: readonly string[], shape: string])[] = [
  [["list"], "list"],
  [["list", "--all"], "list"],
  [["list", "--stuck"], "list"],
  [["list", "--waiting-on", "alpha"], "list"],
  [["status"], "status"],
  [["status", FIRST], "status"],
  [["why", FIRST], "why"],
  [["why", `al-0${EVIL[0]}`], "why"],
  [["doctor"], "doctor"],
];

it("nothing that is printed is obeyed by a terminal, and no line is forged", async () => {
  const made = hostileTown();
  for (const [args] of COMMANDS) {
    const { stdout, stderr } = await made.run(args);
    expect(stdout.length).toBeGreaterThan(100);
    for (const line of [...stdout.split("\n"), ...stderr.split("\n")]) {
      const fields = args[0] === "list" ? line.split("\t") : [line];
      for (const field of fields) expect(field).not.toMatch(UNSAFE);
      if (args[0] === "list" && line !== "") expect(fields).toHaveLength(6);
      expect(line).not.toMatch(/^\s*✓ hq-cv-forged/);
    }
  }
});

it("what --json prints is safe to look at, of the documented shape, and whole", async () => {
  const made = hostileTown();
  for (const [args, shape] of COMMANDS) {
    const { stdout, stderr } = await made.run([...args, "--json"]);
    expect(stderr).toBe("");
    for (const line of stdout.split("\n")) expect(line).not.toMatch(UNSAFE);
    const document = JSON.parse(stdout) as unknown;
    expectShape(shape, document);
    const texts = new Set<string>();
    collect(document, texts);
    expect([...texts].some((text) => text.includes("\u001B[2J\u001B[31mred"))).toBe(true);
  }
});

it("check is as safe, line by line", async () => {
  const made = hostileTown();
  for (const [args, json] of [
    [["check", "--dry-run"], false],
    [["check", "--dry-run", "-v"], false],
    [["check", "--dry-run", "--json"], true],
  ] as const) {
    const { stdout, stderr } = await made.run(args);
    const lines = [...stdout.split("\n"), ...stderr.split("\n")];
    expect(lines.length).toBeGreaterThan(EVIL.length);
    for (const line of lines) {
      expect(line).not.toMatch(UNSAFE);
      if (json && line !== "") expectShape("watch-record", JSON.parse(line));
      if (!json) expect(line).not.toMatch(/^✓ hq-cv-forged/);
    }
  }
});

it("watch is as safe, in text and in JSON, also with what gt says", async () => {
  for (const json of [true, false]) {
    const made = hostileTown();
    made.control.set({ gt: { mode: "fails", stderr: EVIL.join(" ").replaceAll("\u0000", "") } });
    made.town.createIssue({ id: "al-plain" });
    made.town.createConvoy({ id: "hq-cv-plain", title: EVIL[6] ?? "", tracks: ["al-plain"] });
    const watcher = made.start(["watch", "-v", "--source", "db", ...(json ? ["--json"] : [])]);
    await watcher.said("watching");
    made.town.close("al-plain");
    await watcher.said(/stuck/);
    const { stdout, stderr } = await watcher.stop();
    for (const line of [...stdout.split("\n"), ...stderr.split("\n")]) {
      expect(line).not.toMatch(UNSAFE);
      expect(line).not.toMatch(/^✓ hq-cv-forged/);
      if (json && line.startsWith("{")) expectShape("watch-record", JSON.parse(line));
    }
  }
});

it("errors are as safe when they repeat what was typed", async () => {
  const made = scene();
  for (const [at, evil] of EVIL.filter((text) => !text.includes("\u0000")).entries()) {
    // Each of these with every other text: a process for each pair would take a minute.
    const ways = [
      ["why", evil],
      ["status", evil],
      ["list", "--waiting-on", evil],
      ["list", "--town", evil],
      [evil],
      ["list", `--${evil}`],
      ["watch", "--sweep", evil],
    ];
    for (const args of ways.filter((_way, index) => (index + at) % 4 === 0)) {
      const { code, stdout, stderr } = await made.run(args);
      expect({ args, code: code === 1 || code === 2, stdout }).toEqual({ args, code: true, stdout: "" });
      expect(stderr).toMatch(/^Error: .*\nHint: .*\n$/);
      expect(stderr).not.toMatch(UNSAFE);
    }
  }
});

it("completion is as safe", async () => {
  const { stdout } = await hostileTown().run(["__complete", "--", "why", ""]);
  expect(stdout.split("\n").map((line) => line.split("\t")[0])).toEqual([FIRST, ""]);
  expect(stdout.replaceAll("\t", "")).not.toMatch(UNSAFE);
});

it.skipIf(noTmux !== undefined)(
  `a terminal is left as it was, and shows one line for each convoy${noTmux === undefined ? "" : ` (left out: ${noTmux})`}`,
  async () => {
    const made = hostileTown();
    const terminal = inTerminal(made, ["list", "--no-color"], { columns: 160, rows: 50 });
    await terminal.shows("the end", (lines) => lines.at(-1) === "[done]");
    const lines = terminal.lines().slice(0, -1);
    expect(lines.filter((line) => !/^(hq-c[ov]-|hq-cv-first)/.test(line))).toEqual([]);
    expect(lines.length).toBe(2 * EVIL.length + 1);
    // eslint-disable-next-line no-control-regex
    expect(terminal.coloured()).not.toMatch(/\u001B/);
  },
);

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === "string") into.add(value);
  else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) collect(one, into);
}
