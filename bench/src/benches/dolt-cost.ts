import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync, appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "@gastown/test-fixtures";
import { installDoltStandIns, type SqlServer, sqlServers, startSqlServer } from "@gastown/test-fixtures/dolt";
import { startWatcher } from "../lib/processes.ts";
import { type Bench, type BenchResult, count, type Target, three } from "../lib/result.ts";
import { type BigTown, buildBigDoltTown } from "../lib/towns.ts";

const SIZE: BigTown = { rigs: 50, issues: 30_000, events: 50_000, convoys: 100 };
const SMALL: BigTown = { rigs: 5, issues: 3_000, events: 5_000, convoys: 100 };
/** Milliseconds of the server's CPU, or percent of a core, or lines. */
const BUDGET = { hq: 20, change: 3, idle: 1, lines: 2 };
const TICK = 10;

/** What a watcher costs the server of a big town, beyond what the server and those who write to it cost themselves. */
export const doltCost: Bench = {
  name: "dolt-cost",
  title: "What the server of a big town has to do",
  async run({ quick, say }) {
    const { kinds, missing } = sqlServers();
    if (!kinds.includes("dolt")) {
      say(missing ?? "there is no dolt here");
      return { tables: [], notes: ["There was no `dolt` on PATH: this is measured on the real one only."] };
    }
    using dir = tempDir();
    const server = await startSqlServer("dolt", dir.path);
    try {
      return await measure(server, dir.path, quick ? SMALL : SIZE, quick ? 6 : 20);
    } finally {
      await server.stop("SIGKILL");
    }
  },
};

interface Cost {
  /** Milliseconds of the server's CPU a second. */
  readonly idle: number;
  /** The same for each commit, beyond the idling meanwhile. */
  readonly change: number;
  readonly hq: number;
}

async function measure(server: SqlServer, dir: string, size: BigTown, repeats: number): Promise<BenchResult> {
  const town = await buildBigDoltTown(`${dir}/town`, server, size);
  addDeadRoute(town.dir, server.port);
  const writer = { change: () => update(server, "rig0", "r0-1"), hq: () => mail(server) };
  const alone = await costs(server, writer, repeats);
  const { bd, gt } = installDoltStandIns(`${dir}/bin`);
  await using watcher = startWatcher(["--town", town.dir, "--gt", gt, "--bd", bd], { keep: false });
  await watcher.until(({ event }) => event === "watching", "watching", 120_000);
  await sleep(3_000);
  const [questions, lines, at] = [await questionsOf(server), linesOf(dir), performance.now()];
  const watched = await costs(server, writer, repeats);
  const seconds = (performance.now() - at) / 1_000;
  const more = {
    hq: watched.hq - alone.hq,
    change: watched.change - alone.change,
    idle: (watched.idle - alone.idle) / 10,
    lines: ((linesOf(dir) - lines) / seconds) * 60,
    queries: (((await questionsOf(server)) - questions) / seconds) * 60,
  };
  return {
    notes: [
      `${size.rigs} rigs, ${count(size.events)} events in one of them, ${count(size.issues)} issues in the town's own database, ${count(size.convoys)} open convoys, and a route to a database that is not there; what the server and the commits cost without a watcher is taken off. ${repeats} commits of each kind, two a second.`,
    ],
    tables: [
      {
        head: ["", "CPU of the server"],
        rows: [
          ["a commit in the town's own database", `${three(more.hq)} ms`],
          ["a commit in a rig", `${three(more.change)} ms`],
          ["nothing happens", `${three(more.idle)} % of a core`],
          ["queries a minute", count(Math.round(more.queries))],
          ["lines in its log a minute", three(more.lines)],
        ],
      },
    ],
    targets: [
      target("commit in hq", BUDGET.hq, more.hq, "ms"),
      target("commit in a rig", BUDGET.change, more.change, "ms"),
      target("idle", BUDGET.idle, more.idle, "%"),
      target("log", BUDGET.lines, more.lines, "lines/min"),
    ],
  };
}

function target(what: string, budget: number, measured: number, unit: string): Target {
  return { what, target: `<= ${budget} ${unit}`, measured: `${three(measured)} ${unit}`, met: measured <= budget };
}

async function costs(
  server: SqlServer,
  { change, hq }: { readonly change: () => Promise<unknown>; readonly hq: () => Promise<unknown> },
  repeats: number,
): Promise<Cost> {
  const a = cpuOf(server.pid);
  await sleep(repeats * 500);
  const idle = (cpuOf(server.pid) - a) / (repeats / 2);
  const each = async (commit: () => Promise<unknown>): Promise<number> => {
    const [before, from] = [cpuOf(server.pid), performance.now()];
    for (let nth = 0; nth < repeats; nth += 1) {
      await commit();
      await sleep(500);
    }
    const seconds = (performance.now() - from) / 1_000;
    return (cpuOf(server.pid) - before - idle * seconds) / repeats;
  };
  return { idle, change: await each(change), hq: await each(hq) };
}

/** A rig that a route leads to, and no database. */
function addDeadRoute(town: string, port: number): void {
  mkdirSync(join(town, "gone/.beads"), { recursive: true });
  writeFileSync(
    join(town, "gone/.beads/metadata.json"),
    JSON.stringify({
      backend: "dolt",
      dolt_mode: "server",
      dolt_database: "gone",
      dolt_server_host: "127.0.0.1",
      dolt_server_port: port,
    }),
  );
  appendFileSync(join(town, ".beads/routes.jsonl"), '{"prefix":"go-","path":"gone"}\n');
}

async function update(server: SqlServer, database: string, issue: string): Promise<void> {
  await server.query(
    `UPDATE ${database}.issues SET updated_at = utc_timestamp(), assignee = '${randomUUID()}' WHERE id = '${issue}';
     INSERT INTO ${database}.events (id, issue_id, event_type, actor, created_at) VALUES ('${randomUUID()}', '${issue}', 'updated', 'dev', utc_timestamp())`,
  );
}

async function mail(server: SqlServer): Promise<void> {
  const id = `hq-n${randomUUID().slice(0, 8)}`;
  await server.query(
    `INSERT INTO hq.issues (id, title, description, created_at, updated_at) VALUES ('${id}', 'Mail', '', utc_timestamp(), utc_timestamp());
     INSERT INTO hq.events (id, issue_id, event_type, actor, created_at) VALUES ('${randomUUID()}', '${id}', 'created', 'dev', utc_timestamp())`,
  );
}

/** Milliseconds of CPU so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK;
}

async function questionsOf(server: SqlServer): Promise<number> {
  const [row] = await server.query("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(row?.["Value"] ?? Number.NaN);
}

function linesOf(dir: string): number {
  return readFileSync(join(dir, "dolt.log"), "utf8").split("\n").length;
}
