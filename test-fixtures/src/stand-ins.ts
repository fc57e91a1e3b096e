import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Control, type GtControl, readCalls, readMails, readState, removeLogs, writeState } from "./control.ts";
import { answersOf } from "./gt-generations.ts";
import { inPackage } from "./tables.ts";

export interface StandInOptions {
  /** Path of a node, a deno or a bun: by default the one that runs this. */
  readonly runtime?: string;
  /** Where the programs are, when not beside this file (a bundle). */
  readonly programs?: { readonly bd: string; readonly gt: string };
}

export interface StandIns {
  /** The directory with both, to put first on PATH. */
  readonly bin: string;
  readonly bd: string;
  readonly gt: string;
  readonly control: Control;
}

const own = (program: string): string => inPackage(`src/programs/${program}.ts`);

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

const nodeFlags = (): readonly string[] => {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 22) throw new Error(`The stand-ins need Node 22 or later, not ${process.version}`);
  const strips = major > 23 || (major === 22 && minor >= 18) || (major === 23 && minor >= 6);
  return ["--disable-warning=ExperimentalWarning", ...(strips ? [] : ["--experimental-strip-types"])];
};

/** The command line that runs a .ts file. */
const command = (runtime: string): readonly string[] => {
  const isDeno = /(^|[\\/])deno(\.exe)?$/.test(runtime);
  if (isDeno) return [runtime, "run", "-A", "--quiet"];
  return /(^|[\\/])bun(\.exe)?$/.test(runtime) ? [runtime] : [runtime, ...nodeFlags()];
};

/** Type stripping and compiling once, not at every start: a third of the time. */
const compileCache = (dir: string, bundled: boolean): string =>
  bundled ? join(dir, ".compile-cache") : inPackage(".compile-cache");

/** What every watcher asks gt at its start is said by the shell itself: starting a runtime for it was a tenth of all the tests' time. */
const answering = (
  dir: string,
): string => `say() { while IFS= read -r line; do printf '%s\\n' "$line"; done <"$1"; exit 0; }
case "$*" in
version) say ${quote(join(dir, "gt-version"))} ;;
"convoy check --help") say ${quote(join(dir, "gt-check-help"))} ;;
esac
`;

const writeAnswers = (dir: string, control: GtControl = {}): void => {
  const { version, checkHelp } = answersOf(control);
  writeFileSync(join(dir, "gt-version"), version);
  writeFileSync(join(dir, "gt-check-help"), checkHelp);
};

const wrapper = (name: string, dir: string, runtime: string, program: string, cache: string): string => `#!/bin/sh
GASTOWN_STAND_INS=${quote(dir)}
NODE_COMPILE_CACHE=${quote(cache)}
export GASTOWN_STAND_INS NODE_COMPILE_CACHE
${name === "gt" ? answering(dir) : ""}exec ${[...command(runtime), program].map(quote).join(" ")} "$@"
`;

/** The handle on stand-ins that are installed in `dir`. */
export const controlOf = (dir: string): Control => ({
  dir,
  get: () => {
    const { bd, gt } = readState(dir);
    return { ...(bd && { bd }), ...(gt && { gt }) };
  },
  set: (next) => {
    const { setAt, ...known } = readState(dir);
    const stamps = Object.fromEntries(Object.keys(next).map((program) => [program, Date.now()]));
    writeState(dir, { ...known, ...next, setAt: { ...setAt, ...stamps } });
    writeAnswers(dir, next.gt ?? known.gt);
  },
  calls: (program) => readCalls(dir).filter((call) => program === undefined || call.program === program),
  mails: () => readMails(dir),
  restartDaemon: (rig) => {
    const known = readState(dir);
    const restarted = { ...known.bd?.restarted, [rig]: Date.now() };
    writeState(dir, { ...known, bd: { ...known.bd, restarted } });
  },
  clear: () => removeLogs(dir),
});

/** Writes executable `bd` and `gt` into `dir`, which is made when it is not there. */
export const installStandIns = (dir: string, options: StandInOptions = {}): StandIns => {
  const programs = options.programs ?? { bd: own("bd"), gt: own("gt") };
  const runtime = options.runtime ?? process.execPath;
  const cache = compileCache(dir, options.programs !== undefined);
  mkdirSync(dir, { recursive: true });
  for (const name of ["bd", "gt"] as const) {
    writeFileSync(join(dir, name), wrapper(name, dir, runtime, programs[name], cache));
    chmodSync(join(dir, name), 0o755);
  }
  writeAnswers(dir, readState(dir).gt);
  return { bin: dir, bd: join(dir, "bd"), gt: join(dir, "gt"), control: controlOf(dir) };
};

/** Writes a shell program into `dir`. */
export function shellProgram(dir: string, name: string, body: string): string {
  const file = join(dir, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}
