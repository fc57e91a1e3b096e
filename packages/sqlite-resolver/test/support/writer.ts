import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Town, TownOptions } from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";

export type Request =
  | { readonly kind: "build"; readonly town: string; readonly options: TownOptions }
  | { readonly kind: "town"; readonly town: string; readonly call: keyof Town; readonly args: readonly unknown[] }
  | { readonly kind: "sql"; readonly file: string; readonly sql: string; readonly keep: boolean };

/** Another process that writes to databases. It ends with the test. */
export interface Writer {
  readonly pid: number;
  /** Builds a town, over there. */
  build(dir: string, options: TownOptions): Promise<unknown>;
  /** A method of the town builder, over there. */
  town<K extends keyof Town>(
    dir: string,
    call: K,
    ...args: Town[K] extends (...args: infer A) => unknown ? A : never
  ): Promise<unknown>;
  /** Statements over a connection that is opened for them, or one that stays open. Rows, or the number of changes. */
  sql(file: string, sql: string, options?: { readonly keep?: boolean }): Promise<unknown>;
  kill(): Promise<void>;
}

const program = fileURLToPath(new URL("./programs/writer.ts", import.meta.url));

/** @param onEnd takes what is to be done at the end; the end of the test by default */
export function startWriter(onEnd: (end: () => Promise<void>) => void = onTestFinished): Writer {
  const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  onEnd(kill);

  let turn: Promise<unknown> = Promise.resolve();
  const ask = (request: Request): Promise<unknown> => {
    const asked = turn.then(async () => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value: line, done } = await answers.next();
      if (done === true) throw new Error("the writer has ended");
      const { value, error } = JSON.parse(line) as { value?: unknown; error?: string };
      if (error !== undefined) throw new Error(error);
      return value;
    });
    turn = asked.catch(() => undefined);
    return asked;
  };

  return {
    pid: child.pid ?? 0,
    build: (town, options) => ask({ kind: "build", town, options }),
    town: (town, call, ...args) => ask({ kind: "town", town, call, args }),
    sql: (file, sql, { keep = false } = {}) => ask({ kind: "sql", file, sql, keep }),
    kill,
  };
}
