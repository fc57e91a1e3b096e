import { creatorOf, WAITING_LABELS } from "@gastown/convoy-core";
import { type Expression, sql, type SqlBool } from "kysely";
import {
  type ByIds,
  byIds,
  compile,
  type Compiled,
  type Db,
  type Family,
  type Issues,
  optional,
  type Row,
  target,
  together,
  withSign,
} from "./query-parts.ts";

/** A row that may be a mail about a convoy. */
export type MailRecord = Row<"assignee" | "created_at" | "created_by" | "description">;

/**
 * A merge request, or an issue that one may be about. The names are, for an issue, labels that it has; for a request, what
 * blocks it: separated by commas.
 */
export interface MergeRecord extends Row<
  "id" | "status" | "description" | "created_at" | "updated_at" | "closed_at" | "close_reason" | "names"
> {
  readonly kind: "request" | "issue";
}

/** Which issue a merge request is about is in its description. */
export type MergeSourceRecord = Row<"id" | "description">;

/**
 * Mails are found by who made them, or by their first words. What is found may be too much: servers compare text by
 * rules of their own, and the words are only those that every such mail has.
 */
export function compileMailQuery(
  db: Db,
  families: readonly Family[],
): ((convoy: string) => Compiled<MailRecord>) | undefined {
  const usable = families.every(({ shape }) => shape.description && shape.assignee && shape.created_at);
  if (!usable) return undefined;
  const columns = (family: Family) => optional(family, "assignee", "created_at", "created_by", "description");
  return (convoy) => {
    const words = `Convoy ${convoy} has `;
    const begins = sql<SqlBool>`substr(${sql.ref("i.description")}, 1, ${sql.lit([...words].length)}) = ${words}`;
    const byWords = (family: Family) =>
      withSign(db, family, "message", db.selectFrom(family.issues).select(columns(family)).where(begins));
    const byMaker = (family: Family) =>
      db.selectFrom(family.issues).select(columns(family)).where("i.created_by", "=", creatorOf(convoy));
    const made = families.filter(({ shape }) => shape.created_by);
    const query = together(families, byWords);
    return compile(made.length === 0 ? query : query.unionAll(together(made, byMaker)));
  };
}

/** Merge requests are of their own type with gt of January 2026, and have a label since. */
export function compileMergeQueries(
  db: Db,
  families: readonly Family[],
  ids: Expression<string>,
): { mergeRequests: ByIds<MergeRecord> | undefined; mergeSources: ByIds<MergeSourceRecord> | undefined } {
  const usable = families.every(({ shape }) => shape.description && (shape.issue_type || shape.labels));
  if (!usable) return { mergeRequests: undefined, mergeSources: undefined };

  const all = ({ issues }: Family) => db.selectFrom(issues);
  const rows = (from: ReturnType<typeof all>, family: Family, kind: MergeRecord["kind"]) =>
    from.select([
      sql<MergeRecord["kind"]>`${sql.lit(kind)}`.as("kind"),
      "i.id",
      "i.status",
      "i.description",
      ...optional(family, "created_at", "updated_at", "closed_at", "close_reason"),
    ]);
  /** As `usable` says, there is a sign to ask for. */
  const signed = (family: Family) => withSign(db, family, "merge-request", all(family));
  const requests = (family: Family) =>
    rows(signed(family), family, "request").select((eb) => blockersOf(eb, family).as("names"));
  const issues = (family: Family) =>
    rows(all(family), family, "issue")
      .select((eb) => waitingLabelsOf(eb, family).as("names"))
      .where("i.id", "in", ids);

  return {
    mergeRequests: byIds(together(families, requests).unionAll(together(families, issues))),
    mergeSources: byIds(
      together(families, (family) => signed(family).select(["i.id", "i.description"]).where("i.id", "in", ids)),
    ),
  };
}

type Names = ReturnType<typeof sql<string | null>>;

/** Issues of the database that block this one and are not done. */
function blockersOf(eb: Issues, { shape, dependencies }: Family): Names {
  if (shape.dependencies === false) return sql<string | null>`null`;
  const blocking = eb
    .selectFrom(dependencies)
    .innerJoin("issues as b", (join) => join.on(sql<SqlBool>`${sql.ref("b.id")} = ${target(shape)}`))
    .select(sql<string | null>`group_concat(${sql.ref("b.id")})`.as("names"))
    .whereRef("d.issue_id", "=", "i.id")
    .where("d.type", "=", sql.lit("blocks"))
    .where("b.status", "not in", [sql.lit("closed"), sql.lit("tombstone")]);
  return sql<string | null>`${blocking}`;
}

function waitingLabelsOf(eb: Issues, family: Family): Names {
  if (!family.shape.labels) return sql<string | null>`null`;
  const waiting = eb
    .selectFrom(family.labels)
    .select(sql<string | null>`group_concat(${sql.ref("l.label")})`.as("names"))
    .whereRef("l.issue_id", "=", "i.id")
    .where(
      "l.label",
      "in",
      WAITING_LABELS.map((label) => sql.lit(label)),
    );
  return sql<string | null>`${waiting}`;
}
