import { execFileSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { RestartRun } from "@gastown/test-fixtures";

/** One life of a `bd`: a program of its own that does what its row of the table says, and ends when told. */
export interface Life {
  /** Undefined when the row says that there is no bd. */
  readonly path: string | undefined;
  started(): boolean;
  pid(): number;
  end(): void;
}

const LIVE = '{"timestamp":"2026-01-12T18:03:11Z","type":"status","issue_id":"gt-live","new_status":"closed"}';
const REPLAY = '{"timestamp":"2026-01-11T18:03:11Z","type":"status","issue_id":"gt-old","new_status":"closed"}';
const OUTPUT = { none: "", live: `${LIVE}\n`, replay: `${REPLAY}\n`, garbage: "Warning: not an event\n" } as const;

/** Writes the program of one life into `dir`. */
export function writeLife(dir: string, nth: number, run: RestartRun): Life {
  const file = (name: string): string => join(dir, `${nth}.${name}`);
  if (run.spawnError !== undefined) return { path: undefined, started: () => true, pid: () => 0, end: () => undefined };
  execFileSync("mkfifo", [file("fifo")]);
  writeFileSync(file("out"), OUTPUT[run.lines]);
  writeFileSync(file("err"), run.stderr === undefined ? "" : `${run.stderr}\n`);
  const end =
    run.signal === undefined ? `exit ${run.exitCode ?? 0}` : `kill -s ${run.signal.replace("SIG", "")} $$; sleep 60`;
  writeFileSync(
    file("bd"),
    `#!/bin/sh
cd '${dir}'
cat ${nth}.out
echo $$ > ${nth}.pid.new && mv ${nth}.pid.new ${nth}.pid
read end < ${nth}.fifo
cat ${nth}.err >&2
${end}
`,
  );
  chmodSync(file("bd"), 0o755);
  return {
    path: file("bd"),
    started: () => existsSync(file("pid")),
    pid: () => Number(readFileSync(file("pid"), "utf8")),
    end() {
      // Opened for both, so that it does not wait for a reader.
      const fifo = openSync(file("fifo"), "r+");
      writeSync(fifo, "end\n");
      setTimeout(() => closeSync(fifo), 1_000);
    },
  };
}
