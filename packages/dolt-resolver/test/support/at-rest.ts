// What following a town on Dolt costs while nothing happens:
//   node packages/dolt-resolver/test/support/at-rest.ts [dolt|mariadb] [seconds]
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createTownPlaces } from "@gastown/sql";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, type ServerKind, type SqlServer, startSqlServer } from "@gastown/test-fixtures/dolt";
import { createDoltFeed, createDoltTown } from "../../src/index.ts";
import { systemClock } from "./following.ts";

const [kind = "dolt", seconds = "60"] = process.argv.slice(2);
const TICKS = 100;

/** Seconds of CPU that a process has had so far. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
};

const queriesOf = async (server: SqlServer): Promise<number> => {
  const [row] = await server.query("SHOW GLOBAL STATUS LIKE 'Questions'");
  return Number(row?.["Value"] ?? Number.NaN);
};

const measure = async (server: SqlServer, what: string, work: () => Promise<void>): Promise<void> => {
  const before = {
    queries: await queriesOf(server),
    server: cpuOf(server.pid),
    own: process.cpuUsage(),
    at: performance.now(),
  };
  await work();
  const took = (performance.now() - before.at) / 1_000;
  const own = process.cpuUsage(before.own);
  const percent = (cpu: number): string => `${((cpu / took) * 100).toFixed(2)} %`;
  const queries = ((await queriesOf(server)) - before.queries) / took;
  console.log(
    `${what}: ${queries.toFixed(1)} queries/s, server ${percent(cpuOf(server.pid) - before.server)}, here ${percent((own.user + own.system) / 1e6)} of a core`,
  );
};

using dir = tempDir();
const server = await startSqlServer(kind as ServerKind, dir.path);
const stop = new AbortController();
try {
  const town = await buildDoltTown(`${dir.path}/town`, server);
  for (let index = 0; index < 100; index += 1) {
    await town.beads("alpha").issue({ id: `al-${index}` });
    await town.beads().convoy({ id: `hq-cv-${index}`, tracks: [`external:al:al-${index}`] });
  }
  const pause = Number(seconds) * 1_000;
  await measure(server, `${kind} by itself`, () => sleep(pause));
  const dolt = createDoltTown({ town: town.dir, env: {}, clock: systemClock, random: Math.random });
  const files = createTownPlaces({ town: town.dir, now: systemClock.now, openDolt: (store) => dolt.open(store) });
  const following = (async () => {
    for await (const hint of createDoltFeed({ files, dolt, clock: systemClock }).hints(stop.signal))
      if (hint.kind === "state") console.log(hint);
  })();
  await sleep(1_000);
  await measure(server, `${kind}, 3 databases, 100 convoys waiting, just quiet`, () => sleep(pause));
  stop.abort();
  await following;
  files.close();
  await dolt.close();
} finally {
  await server.stop("SIGKILL");
}
