import type { CompiledQuery, SelectQueryBuilder } from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import type { Family } from "./conditions.ts";
import type { BeadsSchema } from "./schema.ts";

/** A beads database, to be read only. */
export type Db = ReadonlyKysely<BeadsSchema>;

/** A compiled query and the rows that it gives. kysely's own type forgets them: any such query could stand for any other. */
export type Compiled<R> = CompiledQuery<R> & { readonly row?: R };

/** A query whose parameters are all the same: a JSON array of ids. */
export type ByIds<R> = (ids: readonly string[]) => Compiled<R>;

/** One query over all families. */
export function together<DB, TB extends keyof DB, O>(
  families: readonly Family[],
  select: (family: Family) => SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  const [first, ...rest] = families.map(select);
  if (first === undefined) throw new RangeError("no tables");
  return rest.reduce((query, next) => query.unionAll(next), first);
}

/** Anything that selects these rows. */
// oxlint-disable-next-line typescript/no-explicit-any
type Selecting<O> = SelectQueryBuilder<any, any, O>;

/** A query as text, for the driver of its database to run; its rows are those of the query, whose columns `tsc` holds to their names. */
export function compile<O>(query: Selecting<O>): Compiled<O> {
  return query.compile();
}

/** A compiled query that takes ids, in place of each of its parameters. */
export function byIds<O>(query: Selecting<O>): ByIds<O> {
  const compiled = compile(query);
  return (ids) => {
    const json = JSON.stringify(ids);
    return { ...compiled, parameters: compiled.parameters.map(() => json) };
  };
}
