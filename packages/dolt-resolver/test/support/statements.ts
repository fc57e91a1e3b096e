import type { SqlServer } from "@gastown/test-fixtures/dolt";

/** What a MariaDB was asked while `work` ran, by everybody; each statement as often as it was executed. */
export async function statementsDuring(server: SqlServer, work: () => Promise<unknown>): Promise<string[]> {
  await server.query("SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log = 1; TRUNCATE mysql.general_log");
  try {
    await work();
  } finally {
    await server.query("SET GLOBAL general_log = 0");
  }
  const rows = await server.query(
    "SELECT CAST(argument AS CHAR) AS text FROM mysql.general_log WHERE command_type IN ('Execute', 'Query') ORDER BY event_time",
  );
  return rows.map((row) => String(row["text"])).filter((text) => !/general_log|log_output/i.test(text));
}

/** Time that only a test moves, in milliseconds. */
export function manualTime(): { now(): number; pass(ms: number): void } {
  let now = 1_000;
  return {
    now: () => now,
    pass: (ms) => void (now += ms),
  };
}
