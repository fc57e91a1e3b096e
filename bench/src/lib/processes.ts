import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spreadOf } from "./measure.ts";
import { three } from "./result.ts";

/** The built CLI as it was when this began: a build that comes in between must not change what is measured. */
export const cli: string = copyOfCli();

function copyOfCli(): string {
  const from = fileURLToPath(new URL("../../../packages/cli/", import.meta.url));
  const to = fileURLToPath(new URL(`../../../node_modules/.cache/bench-${process.pid}/`, import.meta.url));
  for (const part of ["package.json", "bin", "dist"]) cpSync(join(from, part), join(to, part), { recursive: true });
  process.once("exit", () => rmSync(to, { recursive: true, force: true }));
  return join(to, "bin", "convoy-cli.js");
}

/** A line of `watch --json`. */
export interface Line {
  readonly event: string;
  readonly time: string;
  readonly convoy?: string;
  readonly issue?: string;
  /** When the line was read here, by `performance.now()`. */
  readonly readAt: number;
}

/** A running `convoy-cli watch --json`. */
export interface WatcherProcess extends AsyncDisposable {
  readonly pid: number;
  readonly lines: readonly Line[];
  /** Calls back at each line from now on. */
  onLine(callback: (line: Line) => void): void;
  /** The first line, past or to come, that is meant. Rejects after `ms`. */
  until(isMeant: (line: Line) => boolean, what: string, ms?: number): Promise<Line>;
  /** Used memory in MB, and CPU time so far in ms. */
  usage(): { readonly rss: number; readonly cpu: number };
}

/** The environment without what would change how the CLI starts. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_COMPILE_CACHE: _cache, NODE_OPTIONS: _options, ...env } = process.env;
  return env;
}

export function startWatcher(
  args: readonly string[],
  { keep = true }: { readonly keep?: boolean } = {},
): WatcherProcess {
  const child = endWithUs(
    spawn(process.execPath, [cli, "watch", "--json", ...args], {
      env: cleanEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
  const lines: Line[] = [];
  const listeners = new Set<(line: Line) => void>();
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = { ...(JSON.parse(text) as Omit<Line, "readAt">), readAt: performance.now() };
    if (keep) lines.push(line);
    for (const listener of listeners) listener(line);
  });
  return {
    pid: child.pid ?? 0,
    lines,
    onLine: (callback) => void listeners.add(callback),
    until: (isMeant, what, ms = 20_000) =>
      new Promise((resolve, reject) => {
        const past = lines.find(isMeant);
        if (past) return resolve(past);
        const timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms. ${errors}`)), ms);
        const listener = (line: Line): void => {
          if (!isMeant(line)) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(line);
        };
        listeners.add(listener);
      }),
    usage: () => usageOf(child.pid ?? 0),
    [Symbol.asyncDispose]: () => ended(child),
  };
}

/** One that has begun to watch, runs nothing but `gt convoy check`, and does not sweep while it is measured. */
export async function startChecking(
  town: string,
  { source, gt, bd }: Readonly<Record<"source" | "gt" | "bd", string>>,
): Promise<WatcherProcess> {
  const programs = ["--gt", gt, "--bd", bd];
  const watcher = startWatcher(["--town", town, "--source", source, "--land", "check", ...programs, "--sweep", "10m"]);
  await watcher.until(({ event }) => event === "watching", "watching");
  return watcher;
}

/** Used memory in MB and CPU time in ms of a process, from /proc; NaN where there is none. */
export function usageOf(pid: number): { readonly rss: number; readonly cpu: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return {
      rss: (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024) / 1e6,
      cpu: (Number(fields[11]) + Number(fields[12])) * 10,
    };
  } catch {
    return { rss: Number.NaN, cpu: Number.NaN };
  }
}

/** What a process used while it rested. */
export interface Rest {
  readonly name: string;
  /** MB, each second. */
  readonly rss: readonly number[];
  /** Percent of a core. */
  readonly cpu: number;
}

export async function observe(pid: number, seconds: number): Promise<Omit<Rest, "name">> {
  const before = usageOf(pid).cpu;
  const from = performance.now();
  const rss: number[] = [];
  while (performance.now() - from < seconds * 1_000) {
    await sleep(1_000);
    rss.push(usageOf(pid).rss);
  }
  return { rss, cpu: ((usageOf(pid).cpu - before) / (performance.now() - from)) * 100 };
}

/** Name, highest and median RSS, CPU. */
export function restRow({ name, rss, cpu }: Rest): string[] {
  return [name, `${three(Math.max(...rss))} MB`, `${three(spreadOf(rss).median)} MB`, `${three(cpu)} %`];
}

const running = new Set<ChildProcess>();

/** Sees to it that the process ends with this one, however this one ends. */
export function endWithUs<C extends ChildProcess>(child: C): C {
  if (running.size === 0) listen();
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Ends a process, and waits for that. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const patience = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(patience);
}

let listening = false;

function listen(): void {
  if (listening) return;
  listening = true;
  process.once("exit", () => {
    for (const child of running) child.kill("SIGTERM");
  });
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}
