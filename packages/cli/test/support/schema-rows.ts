/** What is used here of JSON Schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly title?: string;
}

/** A row of a table of fields: `name` (`blockers[].why` for one within), and type. */
export type Row = readonly [name: string, type: string];

/** The rows that describe an object, as docs/reference/records.md writes them; what is constant needs none. */
export function rowsOf(schema: Schema, prefix = ""): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (field.const !== undefined) return [];
    const optional = schema.required?.includes(name) ? "" : ", optional";
    const path = `${prefix}${name}`;
    const [inner, mark] = innerOf(field);
    return [[path, `${typeOf(field)}${optional}`] as const, ...rowsOf(inner, `${path}${mark}.`)];
  });
}

/** What is within a field: of a list its items, of what may be null the rest. */
function innerOf(field: Schema): readonly [Schema, string] {
  if (field.items !== undefined) return [field.items, "[]"];
  return [field.anyOf?.[0] ?? field, ""];
}

function typeOf({ $ref, type, enum: words, anyOf, items, properties }: Schema): string {
  if ($ref !== undefined) return $ref.split("/").at(-1) ?? "";
  if (words !== undefined) return words.map((word) => `"${word}"`).join(", ");
  if (anyOf !== undefined) return anyOf.map(typeOf).join(" or ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (properties !== undefined) return "object";
  return [type].flat().join(" or ");
}
