import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the stand-in `bd` does; absent keys mean: as bd 0.47.1 in a healthy town. */
export interface BdControl {
  /** The number in `bd version <number>`. */
  readonly version?: string;
  /** How `bd activity` behaves: `follow` by default. */
  readonly activity?: "follow" | "silent" | "unknown" | "no-daemons" | "raw";
  /** Poll interval of `activity`, in ms: 500 by default, or the flag `--interval`. */
  readonly intervalMs?: number;
  /** Lines of each feed replayed at start: 100 by default. */
  readonly replay?: number;
  /** Lose what the real one loses: more than 100 lines in one poll, same millisecond, older than another rig's. */
  readonly lossy?: boolean;
  /** Rigs (name, prefix, or `hq`) whose daemon says nothing: a process that has seen its rig here stays deaf to it. */
  readonly mute?: readonly string[];
  /** When (unix ms) each rig's daemon was restarted: processes started before are deaf to it for ever. */
  readonly restarted?: Readonly<Record<string, number>>;
  /** End of `activity`, so many ms after its start, whatever it is doing. */
  readonly exit?: Exit;
  /** One end per start of `activity` since this was set; the last one repeats. */
  readonly runs?: readonly Exit[];
  readonly ignoreSigterm?: boolean;
  /** `activity` starts a `sleep` that keeps its stdout open. */
  readonly grandchild?: boolean;
  /** For `activity: "raw"`: bytes of a file, as they are, then silence. */
  readonly raw?: { readonly file: string };
  /** Every command but `activity` waits so long first. */
  readonly delayMs?: number;
}

/** How a program ends by itself. `ms: null`: never. */
export interface Exit {
  readonly ms: number | null;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly stderr?: string;
}

export type GtMode = "seed" | "head" | "july" | "lies" | "warns" | "hangs" | "fails" | "crash-after-close";

/** The points of a landing, in their order. Only `july` has those from `export` on that are no mail. */
export type GtPoint = "close" | "export" | "print" | "show" | "mail" | "nudge" | "mayor" | "stamp" | "export-again";

export interface ConvoyControl {
  readonly mode?: GtMode;
  /** Whose rules the modes follow that are no gt of their own: `seed` by default. */
  readonly base?: "seed" | "head" | "july";
  /** Every rig issue reads as open, as gt 1.0.1 sees them on Dolt. */
  readonly blindRigs?: boolean;
  readonly delayMs?: number;
  /** Where it is killed (SIGKILL), when it has got through that: at its first mail, when that is one. */
  readonly killAfter?: GtPoint;
  /** What does not work. */
  readonly failAt?: readonly GtPoint[];
  /** Time that a point takes, in ms, before it works: a nudge of an agent at work takes 75 s. */
  readonly takesMs?: Partial<Readonly<Record<GtPoint, number>>>;
  /** To whom no mail can be sent. */
  readonly unknownAddresses?: readonly string[];
  /** The first n convoy commands since this was set fail, then it works. */
  readonly failTimes?: number;
  /** How it fails, by `fails` and by `failTimes`: 1, and a word about a locked database. */
  readonly exitCode?: number;
  readonly stderr?: string;
  /** For `hangs`: SIGTERM does nothing. */
  readonly ignoreSigterm?: boolean;
  /** For `hangs`: it has started a `sleep`, in its process group, that keeps its stdout open. */
  readonly grandchild?: boolean;
}

/** What the stand-in `gt` does; absent keys mean: as gt of 2026-01-12. */
export interface GtControl extends ConvoyControl {
  readonly version?: string;
  /** Differences for `gt convoy check` alone. */
  readonly check?: ConvoyControl;
  /** Differences for `gt convoy close` alone. */
  readonly close?: ConvoyControl;
  /** `gt daemon run` does a seed check so often: never by default. */
  readonly daemonCheckMs?: number;
}

export interface ControlState {
  readonly bd?: BdControl;
  readonly gt?: GtControl;
}

/** One start of a stand-in. `end` and `exitCode` are absent while it runs, and when it was killed. */
export interface Call {
  readonly program: "bd" | "gt";
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly pid: number;
  readonly ppid: number;
  /** Unix ms. */
  readonly start: number;
  readonly end?: number;
  readonly exitCode?: number;
  readonly env: {
    readonly BEADS_DIR?: string;
    readonly BEADS_DB?: string;
    readonly BD_JSON_ENVELOPE?: string;
  };
  /** Pids of processes it started. */
  readonly children: readonly number[];
}

/** A notification that the stand-in `gt` sent. */
export interface Mail {
  readonly to: string;
  readonly convoy: string;
  readonly subject: string;
  readonly body: string;
  readonly time: number;
}

/** The handle on a pair of stand-ins. */
export interface Control {
  readonly dir: string;
  /** Replaces the settings of each program named, and leaves the other's alone. Atomic. */
  set(state: ControlState): void;
  get(): ControlState;
  /** Every start so far, oldest first. */
  calls(program?: "bd" | "gt"): Call[];
  mails(): Mail[];
  /** From now on every running `bd activity` is deaf to this rig, and new ones see an empty buffer. */
  restartDaemon(rig: string): void;
  /** Forgets calls and mails. */
  clear(): void;
}

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
