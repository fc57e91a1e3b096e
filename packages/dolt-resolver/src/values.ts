const DATETIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?$/;

/** Servers tell time without a zone; bd writes UTC. */
export function inUtc<R extends object>(row: R): R {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]: [string, unknown]) => [
      column,
      column.endsWith("_at") && typeof value === "string" && DATETIME.test(value)
        ? `${value.replace(" ", "T")}Z`
        : value,
    ]),
  ) as R;
}

/** Only what was asked for: to a server, `AL-X` may be the same as `al-x`, and `al-x ` as well. */
export function exactly<R extends { readonly id: string }>(ids: readonly string[], rows: readonly R[]): R[] {
  const wanted = new Set(ids);
  return rows.filter((row) => wanted.has(row.id));
}
