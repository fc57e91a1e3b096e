import { tempDir } from "../temp-dir.ts";
import type { ServerKind } from "./programs.ts";
import { type SqlServer, startSqlServer } from "./server.ts";

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
