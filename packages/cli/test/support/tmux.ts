import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, waitFor } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { CLI } from "./running-cli.ts";
import type { Stage } from "./scene.ts";

/** Why tests of a real terminal are left out here; undefined when they are not. */
export const noTmux: string | undefined =
  spawnSync("tmux", ["-V"]).status === 0 ? undefined : "there is no tmux on this machine";

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What the shell does with the output, such as `| cat`. */
  readonly after?: string;
}

/** A real terminal, with the command line at work in it. */
export interface Terminal {
  /** Everything that is on the screen and has scrolled off it, without trailing blanks. */
  lines(): string[];
  /** The same with the escape sequences of colours. */
  coloured(): string;
  resize(columns: number, rows?: number): void;
  keys(...keys: readonly string[]): void;
  /** Waits until the lines are as they should be. */
  shows(what: string, wanted: (lines: readonly string[]) => unknown): Promise<void>;
}

/** The process of the watcher that runs in a town; undefined when none does. */
export function watcherPid(town: string): number | undefined {
  const file = join(town, ".runtime", "convoy-watcher", "watcher.pid");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid : undefined;
}

/** Starts the command line in a terminal of its own; `[done]` is printed when it has ended. */
export function inTerminal(
  stage: Stage & { readonly town: { readonly dir: string } },
  args: readonly string[],
  options: TerminalOptions = {},
): Terminal {
  const { columns = 80, rows = 24, env = {}, after = "" } = options;
  const socket = join(stage.root, "tmux");
  const tmux = (...words: readonly string[]): string =>
    execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...words], {
      encoding: "utf8",
      env: { ...stage.env, LANG: "C.UTF-8", LC_ALL: "", TERM: "xterm-256color" },
    });
  const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const setting = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  const command = [
    "exec 2>&1; env",
    ...setting,
    ...[process.execPath, CLI, ...args].map(quoted),
    after,
    "; echo '[done]'; exec sleep 600",
  ].join(" ");
  onTestFinished(async () => {
    const watcher = watcherPid(stage.town.dir);
    spawnSync("tmux", ["-S", socket, "kill-server"]);
    // It hears of that by a signal, and writes until it has stopped: the directory would not go away under it.
    if (watcher !== undefined) await waitFor("end of the watcher in the terminal", () => !isAlive(watcher));
  });
  tmux("new-session", "-d", "-x", String(columns), "-y", String(rows), "-c", stage.town.dir, command);
  const lines = (): string[] =>
    tmux("capture-pane", "-p", "-S", "-", "-t", "0")
      .trimEnd()
      .split("\n")
      .map((line) => line.trimEnd());
  return {
    lines,
    coloured: () => tmux("capture-pane", "-p", "-e", "-S", "-", "-t", "0"),
    resize: (width, height = rows) => void tmux("resize-window", "-x", String(width), "-y", String(height)),
    keys: (...keys) => void tmux("send-keys", ...keys),
    shows: async (what, wanted) => void (await waitFor(what, () => wanted(lines()), lines)),
  };
}
