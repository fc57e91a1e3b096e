import type { OpenDatabase } from "./drivers/driver.ts";

/** More middle segments than this are not tried one by one. */
const LIMIT = 256;

/** From one middle segment of `external:<project>:<id>` to the next, by the index on the references. */
const SKIP = `
with recursive seen(reference) as (
  select min(depends_on_id) from dependencies where depends_on_id >= 'external:' and depends_on_id < 'external;'
  union all
  select (
    select min(depends_on_id) from dependencies
    where depends_on_id >= case instr(substr(reference, 10), ':') when 0 then reference || char(1)
      else substr(reference, 1, 8 + instr(substr(reference, 10), ':')) || ';' end
    and depends_on_id < 'external;'
  )
  from seen where reference is not null
)
select reference from seen where reference is not null limit ${LIMIT + 1}`;

/** Whether an index leads to a dependency by what it is on. */
const INDEXED = `
select 1 from pragma_index_list('dependencies') l join pragma_index_info(l.name) c
where l.partial = 0 and c.seqno = 0 and c.name = 'depends_on_id'`;

/**
 * How external references in this database name their middle segment: all there are, so that every reference to an id
 * can be looked up. Undefined when finding out would mean to read them all.
 */
export function projectsOf(database: OpenDatabase): () => readonly string[] | undefined {
  if (database.prepare(INDEXED).get() === undefined) return () => undefined;
  const query = database.prepare<{ reference: string }>(SKIP);
  return () => {
    const rows = query.all();
    if (rows.length > LIMIT) return undefined;
    return rows.flatMap(({ reference }) => /^external:([^:]+):/s.exec(reference)?.[1] ?? []);
  };
}
