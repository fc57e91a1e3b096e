import type { CompiledQuery, SelectQueryBuilder } from "kysely";
import type { ReadonlyKysely } from "kysely/readonly";
import type { Family } from "./conditions.ts";
import type { BeadsSchema } from "./schema.ts";

/** A beads database, to be read only. */
export type Db = ReadonlyKysely<BeadsSchema>;

/** A query whose parameters are all the same: a JSON array of ids. */
export type ByIds<R> = (ids: readonly string[]) => CompiledQuery<R>;

/** One query over all families. */
export function together<DB, TB extends keyof DB, O>(
  families: readonly Family[],
  select: (family: Family) => SelectQueryBuilder<DB, TB, O>,
): SelectQueryBuilder<DB, TB, O> {
  const [first, ...rest] = families.map(select);
  if (first === undefined) throw new RangeError("no tables");
  return rest.reduce((query, next) => query.unionAll(next), first);
}

/** A query as text, for the driver of its database to run. */
export function compile<R>(query: { compile(): CompiledQuery }): CompiledQuery<R> {
  return query.compile();
}

/** A compiled query that takes ids, in place of each of its parameters. */
export function byIds<R>(query: { compile(): CompiledQuery }): ByIds<R> {
  const compiled = compile<R>(query);
  return (ids) => {
    const json = JSON.stringify(ids);
    return { ...compiled, parameters: compiled.parameters.map(() => json) };
  };
}
