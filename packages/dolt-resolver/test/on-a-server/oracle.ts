import { DatabaseError } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, createDoltBeads, type DoltTown, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { follow } from "../support/following.ts";
import { openStore } from "../support/stores.ts";

const ROUNDS = Number(process.env["ORACLE_ROUNDS"] ?? 10);
const SEED = Number(process.env["ORACLE_SEED"] ?? 4711);
const soon = { timeout: 20_000, interval: 50 };
const RIGS = { alpha: "al", beta: "be" } as const;
type Rig = keyof typeof RIGS;

/** What an operation is done with, to one rig. */
interface Hands {
  readonly server: SqlServer;
  readonly town: DoltTown;
  readonly rig: Rig;
  /** Issues of the rig that were made; some may be gone. */
  readonly issue: string | undefined;
  readonly dropped: Set<Rig>;
  create(rig: Rig): Promise<void>;
}

type Operation = readonly [name: string, operation: (hands: Hands) => unknown];

const OPERATIONS: readonly Operation[] = [
  ["create", ({ create, rig }) => create(rig)],
  ["create", ({ create, rig }) => create(rig)],
  ["close with an event", ({ town, rig, issue }) => issue && town.beads(rig).close(issue)],
  ["close with an event", ({ town, rig, issue }) => issue && town.beads(rig).close(issue)],
  ["close without", ({ town, rig, issue }) => issue && town.beads(rig).close(issue, { event: false })],
  ["close without", ({ town, rig, issue }) => issue && town.beads(rig).close(issue, { event: false })],
  ["reopen", ({ town, rig, issue }) => issue && town.beads(rig).setStatus(issue, "open", "reopened")],
  ["remove", ({ town, rig, issue }) => issue && town.beads(rig).remove(issue)],
  ["kill connections", ({ server }) => killConnections(server)],
  ["restart", ({ server }) => restart(server, "SIGTERM")],
  ["kill and start", ({ server }) => restart(server, "SIGKILL")],
  [
    "drop the database",
    async ({ server, town, rig, dropped }) => {
      await server.query(`DROP DATABASE ${town.beads(rig).database}`);
      dropped.add(rig);
    },
  ],
];

/** All within one session, which ends on the branch that it began with. */
const onBranches =
  (statements: (hands: Hands) => string): Operation[1] =>
  async (hands) => {
    const { server, town, rig } = hands;
    await server.query(
      `USE ${town.beads(rig).database}; CALL DOLT_COMMIT('-A', '-m', 'before', '--allow-empty'); ${statements(hands)}`,
    );
  };

/** What Dolt alone can do. */
const BRANCHES: readonly Operation[] = [
  [
    "close on another branch",
    onBranches(
      ({ issue }) =>
        `CALL DOLT_CHECKOUT('-B', 'side'); UPDATE issues SET status = 'closed' WHERE id = '${issue}';
         CALL DOLT_COMMIT('-A', '-m', 'aside', '--allow-empty'); CALL DOLT_CHECKOUT('main')`,
    ),
  ],
  [
    "close on another branch, and merge",
    onBranches(
      ({ issue }) =>
        `CALL DOLT_CHECKOUT('-B', 'side'); UPDATE issues SET status = 'closed' WHERE id = '${issue}';
         CALL DOLT_COMMIT('-A', '-m', 'aside', '--allow-empty'); CALL DOLT_CHECKOUT('main'); CALL DOLT_MERGE('side')`,
    ),
  ],
  ["commit", onBranches(() => "SELECT 1")],
  [
    "go back to the last commit",
    async ({ server, town, rig }) => {
      const { database } = town.beads(rig);
      const [last] = await server.query(`SELECT message FROM ${database}.dolt_log LIMIT 1`);
      // Before the first commit there were no tables.
      if (last?.["message"] !== "Initialize data repository")
        await server.query(`USE ${database}; CALL DOLT_RESET('--hard')`);
    },
  ],
];

/**
 * Random things done to a town by others, against what a connection of the test's own reads: whatever happened, our answers
 * are the same, and what was closed was told or swept. `ORACLE_ROUNDS=200 ORACLE_SEED=1` looks longer, and elsewhere.
 */
export function oracleSuite(server: () => SqlServer): void {
  test(
    `our answers are the server's, whatever is done to it (seed ${SEED})`,
    async () => {
      let state = SEED;
      const random = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
      };
      const pick = <T>(values: readonly T[]): T => values[random(values.length)] as T;
      const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), { namespace: "oracle_" });
      const ids: Record<Rig, string[]> = { alpha: [], beta: [] };
      const dropped = new Set<Rig>();
      let serial = 0;
      const create = async (rig: Rig): Promise<void> => {
        const id = `${RIGS[rig]}-${(serial += 1)}`;
        ids[rig].push(await town.beads(rig).issue({ id }));
        await town.beads().convoy({ id: `hq-cv-${serial}`, tracks: [`external:${RIGS[rig]}:${id}`] });
      };
      for (const rig of ["alpha", "beta"] as const) for (let count = 0; count < 3; count += 1) await create(rig);
      const { store } = openStore(town.dir);
      const feed = await follow(town.dir);
      const operations = server().kind === "dolt" ? [...OPERATIONS, ...BRANCHES] : OPERATIONS;

      const operate = async (): Promise<string> => {
        const rig = pick(["alpha", "beta"] as const);
        if (dropped.delete(rig)) {
          await createDoltBeads(server(), town.beads(rig).database);
          ids[rig] = [];
          return `create the database (${rig})`;
        }
        const [name, operation] = pick(operations);
        await operation({ server: server(), town, rig, issue: pick(ids[rig]), dropped, create });
        return `${name} (${rig})`;
      };

      for (let round = 0; round < ROUNDS; round += 1) {
        feed.forget();
        const before = await truth(server(), town, dropped);
        const done: string[] = [];
        for (let count = 0; count < 3; count += 1) done.push(await operate());
        const message = `round ${round}: ${done.join(", ")}`;
        const after = await truth(server(), town, dropped);
        const closed = [...after].filter(([convoy, now]) => now.endsWith(" done") && before.get(convoy) !== now);
        const told = (convoy: string, now: string): boolean =>
          feed.hints.some((hint) => hint.kind === "sweep") ||
          [convoy, now.split(" ")[0] ?? ""].some((id) => feed.changes(id).length > 0);
        await expect.poll(() => answers(store, [...after.keys()]), { ...soon, message }).toEqual([...after]);
        await expect.poll(() => closed.filter(([convoy, now]) => !told(convoy, now)), { ...soon, message }).toEqual([]);
      }
    },
    60_000 + ROUNDS * 10_000,
  );
}

type Answers = readonly (readonly [convoy: string, answer: string])[];

const inOrder = (found: Answers): Answers => found.toSorted(([one], [other]) => (one < other ? -1 : 1));

async function answers(store: ReturnType<typeof openStore>["store"], convoys: readonly string[]): Promise<Answers> {
  try {
    const read = await store.readConvoys(convoys);
    return inOrder(
      [...read].map(([id, { tracked }]) => [id, tracked.map((issue) => `${issue.id} ${issue.state}`).join()]),
    );
  } catch (error) {
    if (error instanceof DatabaseError) return [];
    throw error;
  }
}

/** What each convoy tracks, and how that stands, read by the test itself. */
async function truth(
  server: SqlServer,
  town: DoltTown,
  dropped: ReadonlySet<Rig>,
): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  for (const rig of ["alpha", "beta"] as const) {
    if (dropped.has(rig)) continue;
    for (const row of await server.query(`SELECT id, status FROM ${town.beads(rig).database}.issues`))
      states.set(String(row["id"]), row["status"] === "closed" ? "done" : "open");
  }
  const rows = await server.query(
    `SELECT issue_id AS convoy, depends_on_id AS target FROM ${town.beads().database}.dependencies`,
  );
  const found = rows.map((row): Answers[number] => {
    const id = String(row["target"]).split(":")[2] ?? "";
    return [String(row["convoy"]), `${id} ${states.get(id) ?? "unknown"}`];
  });
  return new Map(inOrder(found));
}

async function killConnections(server: SqlServer): Promise<void> {
  const [own] = await server.query("SELECT connection_id() AS id");
  for (const row of await server.query("SHOW PROCESSLIST"))
    if (String(row["Id"]) !== String(own?.["id"]) && row["User"] === "root")
      await server.query(`KILL ${Number(row["Id"])}`).catch(() => []);
}

async function restart(server: SqlServer, signal: NodeJS.Signals): Promise<void> {
  await server.stop(signal);
  await server.start();
}
