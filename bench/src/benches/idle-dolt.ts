import { setTimeout as sleep } from "node:timers/promises";
import { tempDir } from "@gastown/test-fixtures";
import {
  buildDoltTown,
  installDoltStandIns,
  type ServerKind,
  type SqlServer,
  sqlServers,
  startSqlServer,
} from "@gastown/test-fixtures/dolt";
import { observe, restRow, startWatcher } from "../lib/processes.ts";
import { type Bench, count, three } from "../lib/result.ts";

const CONVOYS = 100;

export const idleDolt: Bench = {
  name: "idle-dolt",
  title: "A town on a server at rest",
  async run({ quick, say }) {
    const { kinds, missing } = sqlServers();
    if (missing !== undefined) say(missing);
    const seconds = quick ? 10 : 45;
    const rows: string[][] = [];
    for (const kind of kinds) rows.push(await serverAtRest(kind, seconds));
    return {
      notes: [
        `${count(CONVOYS)} waiting convoys, three databases, over ${seconds} s that begin 5 s after the last change: the watcher still looks ten times a second. After ten quiet minutes it looks once a second, and the CPU of both sides is about a tenth ([decision 7](decisions/0007-dolt.md)).${missing === undefined ? "" : ` Here there was ${missing}.`}`,
      ],
      tables: [{ head: ["", "RSS", "median", "CPU of a core", "CPU of the server", "queries"], rows }],
    };
  },
};

async function serverAtRest(kind: ServerKind, seconds: number): Promise<string[]> {
  using dir = tempDir();
  const server = await startSqlServer(kind, dir.path);
  try {
    const town = await buildDoltTown(`${dir.path}/town`, server);
    for (let index = 0; index < CONVOYS; index += 1) {
      await town.beads("alpha").issue({ id: `al-${index}` });
      await town.beads().convoy({ id: `hq-cv-${index}`, tracks: [`external:al:al-${index}`] });
    }
    const { bd, gt } = installDoltStandIns(`${dir.path}/bin`);
    await using watcher = startWatcher(["--town", town.dir, "--gt", gt, "--bd", bd], { keep: false });
    await watcher.until(({ event }) => event === "watching", "watching", 60_000);
    await sleep(5_000);
    const queriesBefore = await queriesOf(server);
    const [own, its] = await Promise.all([observe(watcher.pid, seconds), observe(server.pid, seconds)]);
    const queries = ((await queriesOf(server)) - queriesBefore) / seconds;
    return [...restRow({ name: kind, ...own }), `${three(its.cpu)} %`, `${three(queries)} /s`];
  } finally {
    await server.stop("SIGKILL");
  }
}

async function queriesOf(server: SqlServer): Promise<number> {
  const [row] = await server.query("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(row?.["Value"] ?? Number.NaN);
}
