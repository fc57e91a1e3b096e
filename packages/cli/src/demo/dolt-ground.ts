import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { installStandIns } from "@gastown/test-fixtures";
import { buildDoltTown, type SqlServer, startSqlServer } from "@gastown/test-fixtures/dolt";
import { CLOSED, convoysOn, TITLES } from "./cast.ts";
import { DemoFailedError, type Ground, standInPrograms } from "./ground.ts";

/**
 * The same town on a Dolt server of its own, which is started here: on loopback, on a free port.
 *
 * @throws {DemoFailedError} when the server does not start
 */
export async function layDoltGround(dir: string): Promise<Ground> {
  const data = join(dir, "dolt");
  mkdirSync(data);
  const server = await startSqlServer("dolt", data).catch((error: unknown) => {
    throw new DemoFailedError("the Dolt server did not start", error instanceof Error ? error.message : String(error));
  });
  try {
    return await build(dir, server);
  } catch (error) {
    await server.stop("SIGKILL");
    throw error;
  }
}

async function build(dir: string, server: SqlServer): Promise<Ground> {
  const tools = installStandIns(join(dir, "bin"), { programs: standInPrograms("dolt-") });
  const town = await buildDoltTown(join(dir, "town"), server, { rigs: { web: "web", api: "api", docs: "docs" } });
  for (const [id, title] of Object.entries(TITLES)) {
    const rig = town.beads(id.split("-")[0]);
    await rig.issue({ id, title, status: id === CLOSED ? "closed" : "in_progress" });
  }
  for (const { id, title, tracks } of convoysOn("dolt"))
    await town.beads().convoy({ id, title, tracks: tracks.map((issue) => `external:${issue.split("-")[0]}:${issue}`) });
  return {
    town: town.dir,
    tools,
    status: (convoy) => town.beads().status(convoy),
    close: () => server.stop(),
  };
}
