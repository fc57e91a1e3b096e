import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Row, rowsOf, type Schema } from "../support/schema-rows.ts";

type SchemaFile = Schema & { readonly oneOf?: readonly Schema[]; readonly $defs?: Readonly<Record<string, Schema>> };

const docs = new URL("../../../../docs/", import.meta.url);
const read = (file: string): string => readFileSync(fileURLToPath(new URL(file, docs)), "utf8");
const schema = (name: string): SchemaFile => JSON.parse(read(`schema/${name}.schema.json`)) as SchemaFile;

/** The tables of the page, by the heading they stand under. */
const documented = new Map(
  read("reference/records.md")
    .split(/^### /m)
    .slice(1)
    .map((section): [string, string[][]] => [
      /^`(.+)`/.exec(section)?.[1] ?? "",
      [...section.matchAll(/^\| `.*\|$/gm)].map(([line]) => line.split("|").map((cell) => cell.trim())),
    ]),
);

const records = schema("watch-record").oneOf ?? [];
const [town, convoy] = schema("status").oneOf ?? [];
const [aboutConvoy, aboutIssue] = schema("why").oneOf ?? [];
const shared = schema("common").$defs ?? {};
const { convoyDetail = {}, convoy: convoyShape = {} } = shared;

const shapes: [string, Row[]][] = [
  ...records.map((record): [string, Row[]] => [record.title ?? "", rowsOf(record)]),
  ["list", rowsOf(schema("list"))],
  ["status", rowsOf(town ?? {})],
  ["status CONVOY", rowsOf(convoy ?? {})],
  ["why CONVOY", rowsOf(aboutConvoy ?? {})],
  ["why ISSUE", rowsOf(aboutIssue ?? {})],
  ["doctor", rowsOf(schema("doctor"))],
  ["wait", rowsOf(schema("wait"))],
  ["config", rowsOf(schema("config"))],
  ["hook", rowsOf(schema("hook"))],
  ...Object.entries(shared)
    .filter(([name]) => name !== "time" && name !== "convoyDetail")
    .map(([name, shape]): [string, Row[]] => [name, rowsOf(shape)]),
  [
    "convoyDetail",
    rowsOf(convoyDetail).filter(([name]) => convoyShape.properties?.[name.split(".")[0] ?? ""] === undefined),
  ],
];

test("the page has a section for every shape of the schemas, and no other", () => {
  expect(shapes.map(([name]) => name)).toContain("landed");
  expect([...documented.keys()].toSorted()).toEqual(shapes.map(([name]) => name).toSorted());
});

test.each(shapes)("%s: each field in its order, with its type", (name, rows) => {
  expect(rows).not.toEqual([]);
  expect(documented.get(name)?.map(([, field, type]) => [field, type])).toEqual(
    rows.map(([field, type]) => [`\`${field}\``, type]),
  );
});

test("what is counted in milliseconds says so", () => {
  const numbers = [...documented.values()].flat().filter(([, , type]) => type?.startsWith("number"));
  expect(numbers.length).toBeGreaterThan(3);
  expect(numbers.filter(([, , , text]) => !text?.includes("milliseconds"))).toEqual([]);
});
