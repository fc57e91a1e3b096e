import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { appendCall, type Call, type Exit, readCalls, readState, type StoredState } from "../../control.ts";

const dir = process.env["GASTOWN_STAND_INS"];
const call = randomUUID();

/** Directory with the control file and the logs; without one a stand-in works, and logs nothing. */
export const standInDir: string | undefined = dir;

export const state = (): StoredState => (dir === undefined ? {} : readState(dir));

/** Writes down this start. From then on the program lives no longer than that directory, so that no test leaves one. */
export const logStart = (program: "bd" | "gt", argv: readonly string[]): void => {
  if (dir === undefined) return;
  const env = Object.fromEntries(
    ["BEADS_DIR", "BEADS_DB", "BD_JSON_ENVELOPE"].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );
  const { pid, ppid } = process;
  appendCall(dir, { call, program, argv, cwd: process.cwd(), pid, ppid, start: Date.now(), env });
  setInterval(() => existsSync(dir) || process.exit(1), 1000).unref();
};

/** Starts of this program before this one which the settings in force have seen. */
export const earlierCalls = (program: "bd" | "gt", wanted: (call: Call) => boolean): number => {
  const since = state().setAt?.[program] ?? 0;
  const mine = (one: Call): boolean => one.program === program && one.pid !== process.pid && one.start >= since;
  return dir === undefined ? 0 : readCalls(dir).filter((one) => mine(one) && wanted(one)).length;
};

const writeAll = (fd: number, data: string | Uint8Array): void => {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
};

/** Blocks while the reader does not read, as the real programs do. */
export const out = (data: string | Uint8Array): void => {
  try {
    writeAll(1, data);
  } catch {
    finish(141);
  }
};

export const err = (text: string): void => writeAll(2, text);

export const finish = (exitCode: number): never => {
  if (dir !== undefined && existsSync(dir)) appendCall(dir, { call, end: Date.now(), exitCode });
  process.exit(exitCode);
};

export const fail = (text: string, exitCode = 1): never => {
  err(`${text}\n`);
  return finish(exitCode);
};

/** Ends as told: with a last word, by a signal or with a code. */
export const end = ({ exitCode = 0, signal, stderr = "" }: Omit<Exit, "ms">): void => {
  if (stderr !== "") err(stderr.endsWith("\n") ? stderr : `${stderr}\n`);
  if (signal === undefined) return finish(exitCode);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
};

/** A process that outlives this one and keeps its stdout open. */
export const startGrandchild = (): void => {
  const child = spawn("sleep", ["60"], { stdio: ["ignore", "inherit", "ignore"] });
  child.unref();
  if (dir !== undefined && child.pid !== undefined) appendCall(dir, { call, child: child.pid });
};

/** Lives until a signal ends it. */
export const stayAlive = async (): Promise<never> => {
  for (;;) await sleep(2 ** 30);
};

/** Words and flags of a command line, as cobra takes them apart. */
export interface Args {
  readonly words: readonly string[];
  flag(...names: readonly string[]): boolean;
  value(...names: readonly string[]): string | undefined;
}

/** `valued` names the flags that take a value, as in `--reason x`, `--reason=x` and `-r x`. */
export const parseArgs = (argv: readonly string[], valued: readonly string[]): Args => {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "--") {
      words.push(...argv.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const [name = "", ...rest] = word.split("=");
    if (rest.length > 0) flags.set(name, rest.join("="));
    else if (valued.includes(name)) flags.set(name, argv[(index += 1)] ?? "");
    else flags.set(name, "true");
  }
  return {
    words,
    flag: (...names) => names.some((name) => flags.has(name) && flags.get(name) !== "false"),
    value: (...names) => names.map((name) => flags.get(name)).find((value) => value !== undefined),
  };
};

/** A Go duration of one unit, in ms. */
export const duration = (text: string): number | undefined => {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const size = units[unit];
  return amount === undefined || size === undefined ? undefined : Number(amount) * size;
};
