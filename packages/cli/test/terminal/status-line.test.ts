import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { scene, type Scene } from "../support/scene.ts";
import { inTerminal, noTmux, type TerminalOptions, watcherPid } from "../support/tmux.ts";

/** What the status line looks like, wherever it is. */
const STATUS = /^(starting|\d+ open)( [·-] |$)/;
const statuses = (lines: readonly string[]): string[] => lines.filter((line) => STATUS.test(line));
const settled = (lines: readonly string[]): boolean =>
  /db up/.test(lines.at(-1) ?? "") && /open/.test(lines.at(-1) ?? "");

function busyTown(convoys = 3): Scene {
  const made = scene();
  for (let at = 1; at <= convoys; at += 1) {
    made.town.createIssue({ id: `al-${at}` });
    made.town.createIssue({ id: `be-${at}` });
    made.town.createConvoy({ id: `hq-cv-${at}`, title: `Number ${at}`, tracks: [`al-${at}`, `be-${at}`] });
  }
  return made;
}

/** By `ps`, which every system has that has a tmux. */
const isStopped = (pid: number): boolean =>
  execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).startsWith("T");

const watch = (made: Scene, options: TerminalOptions = {}, ...args: readonly string[]) =>
  inTerminal(made, ["watch", "--source", "db", ...args], options);

describe.skipIf(noTmux !== undefined)(
  `the status line in a real terminal${noTmux === undefined ? "" : ` (left out: ${noTmux})`}`,
  () => {
    it("is the last line, and the only one of its kind", async () => {
      const terminal = watch(busyTown());
      await terminal.shows("the status line", settled);
      expect(statuses(terminal.lines())).toHaveLength(1);
      expect(terminal.lines().at(-1)).toMatch(/^3 open · nearest hq-cv-1 0\/2 · db up · sweep \d+ s ago$/);
    });

    it("stays below what scrolls past, and garbles none of it", async () => {
      const made = busyTown(12);
      const terminal = watch(made, { rows: 10 });
      await terminal.shows("the status line", settled);
      for (let at = 1; at <= 12; at += 1) {
        made.town.close(`al-${at}`);
        made.town.close(`be-${at}`);
      }
      // A convoy is closed before it has landed.
      await terminal.shows(
        "an empty town",
        (lines) => lines.at(-1)?.startsWith("0 open") && lines.filter((line) => line.startsWith("✓ ")).length === 12,
      );
      const lines = terminal.lines();
      expect(statuses(lines)).toHaveLength(1);
      const landed = lines.filter((line) => line.startsWith("✓ "));
      expect(landed.map((line) => /^✓ (hq-cv-\d+) "Number \d+" landed, /.exec(line)?.[1]).sort()).toEqual(
        Array.from({ length: 12 }, (_, at) => `hq-cv-${at + 1}`).sort(),
      );
      const known =
        /^(✓ |detected close of |[a-z]+-\d+ is tracked by |hq-cv-\d+ "Number \d+" (is complete|waits on)|running completion check|closing hq-cv-|watching |source |swept |    |\d+ open)/;
      expect(lines.filter((line) => !known.test(line))).toEqual([]);
    });

    it("copes with a window that gets narrower, wider, and narrower than any use", async () => {
      const made = busyTown(12);
      const terminal = watch(made, { rows: 12 });
      await terminal.shows("the status line", settled);
      for (let at = 1; at <= 12; at += 1) made.town.close(`al-${at}`);
      await terminal.shows("a full screen", (lines) => settled(lines) && lines.length > 24);
      for (const columns of [40, 200, 30, 150, 25, 80]) {
        terminal.resize(columns);
        await terminal.shows(`one status line in ${columns} columns`, (lines) => {
          const [line, ...more] = statuses(lines);
          return (
            line !== undefined &&
            more.length === 0 &&
            line === lines.at(-1) &&
            line.length < columns &&
            columns > 40 === line.includes("sweep")
          );
        });
      }
      terminal.resize(12);
      await terminal.shows("no status line", (lines) => statuses(lines).length === 0);
      terminal.resize(80);
      await terminal.shows("the status line again", (lines) => settled(lines) && statuses(lines).length === 1);
    });

    it("is gone when the watcher is", async () => {
      const terminal = watch(busyTown());
      await terminal.shows("the status line", settled);
      terminal.keys("C-c");
      await terminal.shows("the end", (lines) => lines.at(-1) === "[done]");
      expect(statuses(terminal.lines())).toEqual([]);
      expect(terminal.lines().slice(-3)).toEqual(["stopping (again to force)", "stopped (SIGINT)", "[done]"]);
    });

    it("makes room when the watcher is suspended, and comes back", async () => {
      const made = busyTown();
      const terminal = watch(made);
      await terminal.shows("the status line", settled);
      const pid = watcherPid(made.town.dir) ?? expect.fail("no watcher");
      process.kill(pid, "SIGTSTP");
      await terminal.shows("no status line", (lines) => statuses(lines).length === 0);
      // It takes the line away first: a signal to go on that came before it had stopped would be lost.
      await terminal.shows("no status line, from a process that is stopped", () => isStopped(pid));
      process.kill(pid, "SIGCONT");
      await terminal.shows("the status line again", settled);
    });

    it.each([
      ["the output is piped", [], { after: "| cat" }],
      ["the terminal is dumb", [], { env: { TERM: "dumb" } }],
      ["it prints JSON", ["--json"], {}],
      ["it is to be quiet", ["-q"], {}],
    ])("is not there when %s", async (_, args, options) => {
      const made = busyTown();
      const terminal = watch(made, options, ...args);
      made.town.close("al-1");
      await terminal.shows("the start", () => made.town.status("al-1") === "closed" && watcherIsUp(made));
      made.town.close("be-1");
      await terminal.shows("a landing", (lines) => lines.some((line) => line.includes("landed")));
      expect(statuses(terminal.lines())).toEqual([]);
    });

    it("is ASCII in a C locale, and so is everything else", async () => {
      const made = busyTown();
      made.town.createConvoy({ id: "hq-cv-wide", title: "Größe 日本", tracks: ["al-1"] });
      const terminal = watch(made, { env: { LANG: "C", LC_ALL: "C" } });
      await terminal.shows("the status line", settled);
      made.town.close("al-1");
      await terminal.shows("a landing", (lines) =>
        lines.some((line) => line.includes('+ hq-cv-wide "Gr??e ????" landed')),
      );
      expect(terminal.lines().join("\n")).not.toMatch(/\P{ASCII}/u);
      expect(terminal.lines().at(-1)).toMatch(/^3 open - nearest /);
    });

    it("is dimmed where colours are wanted, and a landing green", async () => {
      for (const [args, colours] of [
        [[], true],
        [["--no-color"], false],
      ] as const) {
        const made = busyTown();
        const terminal = watch(made, {}, ...args);
        await terminal.shows("the status line", settled);
        made.town.close("al-1");
        made.town.close("be-1");
        await terminal.shows("a landing", (lines) => lines.some((line) => line.startsWith("✓ hq-cv-1")));
        expect(terminal.coloured().includes("\u001B[")).toBe(colours);
      }
    });
  },
);

async function watcherIsUp(made: Scene): Promise<boolean> {
  const { code, stdout } = await made.run(["status", "--json"]);
  return (
    code === 0 &&
    (JSON.parse(stdout) as { watcher: { watchingSince: string | null } | null }).watcher?.watchingSince?.length === 24
  );
}
