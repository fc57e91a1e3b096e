import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import mysql from "mysql2/promise";
import { tempDir } from "../support.ts";

const START_LIMIT = 60_000;

/** A MySQL-compatible server of the test's own, on loopback, with a data directory of its own. */
export interface SqlServer {
  readonly kind: ServerKind;
  readonly port: number;
  readonly pid: number;
  /** The Unix socket it listens at as well; MariaDB alone has one. */
  readonly socket: string;
  /** Runs statements as root, several at once if need be; rows of the (last) one. */
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Ends it, politely or not; the data stay. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
}

/** Starts a server over a new data directory in `dir`, with `more` arguments. Stop it when done; it does not outlive this process. */
export const startSqlServer = async (
  kind: ServerKind,
  dir: string,
  more: readonly string[] = [],
): Promise<SqlServer> => {
  const data = join(dir, `${kind}-data`);
  prepare(kind, dir, data);
  const port = await freePort();
  let child: ChildProcess | undefined;
  let connection: mysql.Connection | undefined;
  const reap = (): void => void child?.kill("SIGKILL");

  const connect = async (): Promise<mysql.Connection> => {
    if (connection !== undefined) return connection;
    connection = await mysql.createConnection({
      host: "127.0.0.1",
      port,
      user: "root",
      multipleStatements: true,
      dateStrings: true,
    });
    connection.on("error", () => {
      connection = undefined;
    });
    return connection;
  };

  const server: SqlServer = {
    kind,
    port,
    socket: join(dir, "s"),
    get pid() {
      return child?.pid ?? 0;
    },
    async query(text, values = []) {
      const [rows] = await (await connect()).query(text, [...values]);
      return (Array.isArray(rows) ? rows : []) as Record<string, unknown>[];
    },
    async stop(signal = "SIGTERM") {
      connection?.destroy();
      connection = undefined;
      const running = child;
      child = undefined;
      process.off("exit", reap);
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise((resolve) => running.once("exit", resolve));
      running.kill(signal);
      await Promise.race([ended, sleep(10_000, undefined, { ref: false }).then(() => running.kill("SIGKILL"))]);
      await ended;
    },
    async start() {
      const [program, ...args] = [...commandOf(kind, dir, data, port), ...more];
      const log = openSync(join(dir, `${kind}.log`), "a");
      child = spawn(program ?? "", args, {
        stdio: ["ignore", log, log],
        cwd: dir,
        env: { PATH: process.env["PATH"], HOME: dir, DOLT_ROOT_PATH: dir, DOLT_DISABLE_EVENT_FLUSH: "1" },
      });
      closeSync(log);
      process.on("exit", reap);
      for (const until = Date.now() + START_LIMIT; ; await sleep(20)) {
        try {
          await connect();
          return;
        } catch (error) {
          if (child.exitCode === null && child.signalCode === null && Date.now() < until) continue;
          await server.stop("SIGKILL");
          throw new Error(`${kind} did not start: ${readFileSync(join(dir, `${kind}.log`), "utf8").slice(-2_000)}`, {
            cause: error,
          });
        }
      }
    },
  };
  await server.start();
  return server;
};

const commandOf = (kind: ServerKind, dir: string, data: string, port: number): readonly string[] => {
  if (kind === "dolt")
    return [
      programOf("dolt") ?? "dolt",
      "sql-server",
      "--host=127.0.0.1",
      `--port=${port}`,
      `--data-dir=${data}`,
      "--loglevel=warning",
    ];
  return [
    programOf("mariadbd") ?? "mariadbd",
    "--no-defaults",
    ...asRoot(),
    `--datadir=${data}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    `--tmpdir=${dir}`,
    `--socket=${join(dir, "s")}`,
    `--pid-file=${join(dir, "mariadb.pid")}`,
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=2",
    "--performance-schema=OFF",
    "--character-set-server=utf8mb4",
    "--skip-name-resolve",
  ];
};

/** The data directory. */
const prepare = (kind: ServerKind, dir: string, data: string): void => {
  mkdirSync(data, { recursive: true });
  if (kind === "dolt") {
    mkdirSync(join(dir, ".dolt"), { recursive: true });
    writeFileSync(
      join(dir, ".dolt/config_global.json"),
      JSON.stringify({
        "metrics.disabled": "true",
        "versioncheck.disabled": "true",
        "user.name": "test",
        "user.email": "test@example.com",
      }),
    );
    return;
  }
  const install = programOf("mariadb-install-db") ?? "mariadb-install-db";
  const args = ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db"];
  execFileSync(install, [...args, ...asRoot()], {
    stdio: "pipe",
    cwd: dir,
    // Its temporary tables are named after its pid, which is another one's, too, in another container over the same /tmp.
    env: { PATH: `${dirname(install)}:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: dir, TMPDIR: dir },
  });
};

/** MariaDB runs as root only when it is told so; as anybody else it might not get to a directory of root's. */
const asRoot = (): readonly string[] => (process.getuid?.() === 0 ? ["--user=root"] : []);

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });

export type ServerKind = "mariadb" | "dolt";

const SYSTEM = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/bin"];

/** Absolute path of the first of these programs that is there, on PATH or where systems put servers. */
export const programOf = (...names: readonly string[]): string | undefined => {
  const dirs = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM].filter((dir) => dir !== "");
  return names.flatMap((name) => dirs.map((dir) => join(dir, name))).find(isProgram);
};

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Which servers this machine can start, and in one line what is left out without the others. */
export const sqlServers = (): { readonly kinds: readonly ServerKind[]; readonly missing: string | undefined } => {
  const there = {
    mariadb: programOf("mariadbd") !== undefined && programOf("mariadb-install-db") !== undefined,
    dolt: programOf("dolt") !== undefined,
  };
  const names = { mariadb: "mariadbd (Debian: mariadb-server)", dolt: "dolt" };
  const kinds = (["mariadb", "dolt"] as const).filter((kind) => there[kind]);
  const missing = (["mariadb", "dolt"] as const).filter((kind) => !there[kind]);
  return {
    kinds,
    missing:
      missing.length === 0
        ? undefined
        : `no ${missing.map((kind) => names[kind]).join(" and no ")} here: the tests over ${missing.length === 2 ? "them" : "it"} are left out`,
  };
};

/** The test runner's own: what is to be done before and after the tests around the call. */
export interface Hooks {
  readonly beforeAll: (start: () => Promise<void>, ms: number) => void;
  readonly afterAll: (stop: () => Promise<void>) => void;
}

/** One server for the tests around the call: `useServer(kind, { beforeAll, afterAll })`. */
export function useServer(kind: ServerKind, { beforeAll, afterAll }: Hooks): () => SqlServer {
  let server: SqlServer | undefined;
  const dir = tempDir();
  beforeAll(async () => {
    server = await startSqlServer(kind, dir.path);
  }, 90_000);
  afterAll(async () => {
    await server?.stop("SIGKILL");
    dir.remove();
  });
  return () => {
    if (server === undefined) throw new Error("the server has not started");
    return server;
  };
}
