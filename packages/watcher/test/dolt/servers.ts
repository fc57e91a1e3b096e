import { tempDir } from "@gastown/test-fixtures";
import { type ServerKind, sqlServers, type SqlServer, startSqlServer } from "@gastown/test-fixtures/dolt";
import { afterAll, beforeAll } from "vitest";

/** The servers this machine can start; `dolt-resolver/test/servers.test.ts` says which tests are left out without the others. */
export const serverKinds: readonly ServerKind[] = sqlServers().kinds;

/** One server for the tests around the call. */
export function useServer(kind: ServerKind): () => SqlServer {
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
