import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Call, ControlState, Mail } from "./control.ts";

/** The control file as it lies beside the wrappers: with when (unix ms) each program's part was set. */
export interface StoredState extends ControlState {
  readonly setAt?: { readonly bd?: number; readonly gt?: number };
}

type CallLine = Partial<Call> & { readonly call: string; readonly child?: number };

const lines = <T>(file: string): readonly T[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line): T => JSON.parse(line))
    : [];

export const readState = (dir: string): StoredState => {
  const file = join(dir, "control.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
};

/** By rename, so that a program never reads half of it. */
export const writeState = (dir: string, state: StoredState): void => {
  const next = join(dir, `control.json.${process.pid}`);
  writeFileSync(next, JSON.stringify(state));
  renameSync(next, join(dir, "control.json"));
};

/** One small write in append mode: whole lines even from many processes at once. */
const append = (file: string, value: unknown): void => appendFileSync(file, `${JSON.stringify(value)}\n`);

export const appendCall = (dir: string, line: CallLine): void => append(join(dir, "calls.ndjson"), line);
export const appendMail = (dir: string, mail: Mail): void => append(join(dir, "mail.ndjson"), mail);
export const readMails = (dir: string): Mail[] => [...lines<Mail>(join(dir, "mail.ndjson"))];

/** Start, child and end lines of each call put together. */
export const readCalls = (dir: string): Call[] => {
  const calls = new Map<string, Call>();
  for (const { call, child, ...line } of lines<CallLine>(join(dir, "calls.ndjson"))) {
    const known = calls.get(call);
    if (known !== undefined)
      calls.set(call, {
        ...known,
        ...line,
        children: child === undefined ? known.children : [...known.children, child],
      });
    else if (line.start !== undefined) calls.set(call, { ...(line as Call), children: [] });
  }
  return [...calls.values()];
};

export const removeLogs = (dir: string): void => {
  for (const name of ["calls.ndjson", "mail.ndjson"]) rmSync(join(dir, name), { force: true });
};
