import type { SqlServer } from "@gastown/test-fixtures/dolt";
import { onTestFinished } from "vitest";
import { createDoltDatabase } from "../../src/dolt-database.ts";
import { createHistory, type History } from "../../src/history.ts";
import { createDoltServer } from "../../src/server.ts";
import { manualTime } from "./statements.ts";

/** The history of a database as it is followed, and the time that goes by for it. */
export function historyOf(
  server: SqlServer,
  database: string,
): { readonly history: History; readonly time: ReturnType<typeof manualTime> } {
  const time = manualTime();
  const line = createDoltServer(
    { host: "127.0.0.1", port: server.port, user: "root", password: "" },
    { clock: time, random: () => 1 },
  );
  onTestFinished(() => line.close());
  return {
    time,
    history: createHistory(
      createDoltDatabase(() => line, database),
      time.now,
    ),
  };
}
