import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, createDoltBeads, type DoltTown, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { follow } from "../support/following.ts";
import { openStore } from "../support/stores.ts";

const ROUNDS = Number(process.env["ORACLE_ROUNDS"] ?? 8);
const SEED = Number(process.env["ORACLE_SEED"] ?? 4711);
const soon = { timeout: 20_000, interval: 50 };
const RIGS = { alpha: "al", beta: "be" } as const;
type Rig = keyof typeof RIGS;

/**
 * Random things done to a town by others, against what a connection of the test's own reads: whatever happened, our answers
 * are the same, and what was closed was told or swept. `ORACLE_ROUNDS=200 ORACLE_SEED=1` looks longer, and elsewhere.
 */
export function oracleSuite(server: () => SqlServer): void {
  test(`our answers are the server's, whatever is done to it (seed ${SEED})`, async () => {
    let state = SEED;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), { namespace: "oracle_" });
    const ids: Record<Rig, string[]> = { alpha: [], beta: [] };
    const dropped = new Set<Rig>();
    let serial = 0;
    const rigOf = (): Rig => (random(2) === 0 ? "alpha" : "beta");
    const create = async (rig: Rig): Promise<void> => {
      const id = `${RIGS[rig]}-${(serial += 1)}`;
      ids[rig].push(await town.beads(rig).issue({ id }));
      await town.beads().convoy({ id: `hq-cv-${serial}`, tracks: [`external:${RIGS[rig]}:${id}`] });
    };
    for (const rig of ["alpha", "beta"] as const) for (let count = 0; count < 3; count += 1) await create(rig);
    const { store } = openStore(town.dir);
    const feed = await follow(town.dir);

    const operate = async (): Promise<string> => {
      const rig = rigOf();
      const what = random(10);
      if (what === 0) await killConnections(server());
      else if (what === 1) {
        await server().stop(random(2) === 0 ? "SIGKILL" : "SIGTERM");
        await server().start();
      } else if (dropped.has(rig) || what === 2) {
        const { database } = town.beads(rig);
        if (dropped.delete(rig)) await createDoltBeads(server(), database);
        else {
          await server().query(`DROP DATABASE ${database}`);
          dropped.add(rig);
        }
        ids[rig] = [];
      } else {
        const id = ids[rig][random(ids[rig].length)];
        if (what < 5 || id === undefined) await create(rig);
        else if (what === 5) await town.beads(rig).setStatus(id, "open", "reopened");
        else if (what === 6) await town.beads(rig).remove(id);
        else await town.beads(rig).close(id, { event: what === 7 });
      }
      return `${rig} ${what}`;
    };

    for (let round = 0; round < ROUNDS; round += 1) {
      feed.forget();
      const before = await truth(server(), town, dropped);
      const done: string[] = [];
      for (let count = 0; count < 3; count += 1) done.push(await operate());
      const after = await truth(server(), town, dropped);
      const closed = [...after].filter(([convoy, now]) => now.endsWith(" done") && before.get(convoy) !== now);
      const told = (convoy: string, now: string): boolean =>
        feed.hints.some((hint) => hint.kind === "sweep") ||
        [convoy, now.split(" ")[0] ?? ""].some((id) => feed.changes(id).length > 0);
      await expect
        .poll(async () => [...(await answers(store.readConvoys([...after.keys()]).catch(() => new Map())))], soon)
        .toEqual([...after]);
      await expect
        .poll(() => closed.filter(([convoy, now]) => !told(convoy, now)), { ...soon, message: done.join(", ") })
        .toEqual([]);
    }
  }, 120_000);
}

type Read = ReturnType<ReturnType<typeof openStore>["store"]["readConvoys"]>;

async function answers(reading: Read | Promise<Awaited<Read>>): Promise<Map<string, string>> {
  const found = [...(await reading)].map(([id, { tracked }]): [string, string] => [
    id,
    tracked.map((issue) => `${issue.id} ${issue.state}`).join(),
  ]);
  return new Map(found.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** What each convoy tracks, and how that stands, read by the test itself. */
async function truth(server: SqlServer, town: DoltTown, dropped: ReadonlySet<Rig>): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (const rig of ["alpha", "beta"] as const) {
    if (dropped.has(rig)) continue;
    for (const row of await server.query(`SELECT id, status FROM ${town.beads(rig).database}.issues`))
      states.set(String(row["id"]), row["status"] === "closed" ? "done" : "open");
  }
  const rows = await server.query(
    `SELECT issue_id AS convoy, depends_on_id AS target FROM ${town.beads().database}.dependencies`,
  );
  return answers(
    Promise.resolve(
      new Map(
        rows.map((row) => {
          const id = String(row["target"]).split(":")[2] ?? "";
          return [String(row["convoy"]), { tracked: [{ id, state: states.get(id) ?? "unknown" }] }];
        }),
      ) as unknown as Awaited<Read>,
    ),
  );
}

async function killConnections(server: SqlServer): Promise<void> {
  const [own] = await server.query("SELECT connection_id() AS id");
  for (const row of await server.query("SHOW PROCESSLIST"))
    if (String(row["Id"]) !== String(own?.["id"]) && row["User"] === "root")
      await server.query(`KILL ${Number(row["Id"])}`).catch(() => []);
}
