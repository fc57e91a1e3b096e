import { externalRefCases, sqlQuotingCases } from "@gastown/test-fixtures";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isSafeArgument, parseReference, refersTo } from "../src/index.ts";

test.for([
  ["gt-a3f", { id: "gt-a3f" }],
  ["external:gastown:gt-a3f", { id: "gt-a3f", project: "gastown" }],
  ["external:gt-a3f:gt-a3f", { id: "gt-a3f", project: "gt-a3f" }],
  ["external:gt:gt-a3f", { id: "gt-a3f", project: "gt" }],
  ["external:gastown:a:b", { id: "a:b", project: "gastown" }],
  ["external:gastown:", { id: "", project: "gastown" }],
  ["external::gt-a3f", { id: "", project: "" }],
  ["external:gt-a3f", { id: "external:gt-a3f" }],
  ["External:gastown:gt-a3f", { id: "External:gastown:gt-a3f" }],
  ["", { id: "" }],
] as const)("%j", ([stored, reference]) => {
  expect(parseReference(stored)).toEqual(reference);
});

test.for(externalRefCases().map((row) => [row.name, row] as const))("external-ref: %s", ([, row]) => {
  expect(refersTo(row.reference, row.id)).toBe(row.matches);
});

test.for(sqlQuotingCases().map((row) => [row.name, row] as const))("sql-quoting: %s", ([, row]) => {
  expect(isSafeArgument(row.id)).toBe(row.safeArgument);
  expect(refersTo(row.id, row.id)).toBe(row.id !== "");
  expect(refersTo(`external:gastown:${row.id}`, row.id)).toBe(row.id !== "");
  for (const other of row.others) {
    expect(refersTo(other, row.id)).toBe(false);
    expect(refersTo(`external:gastown:${other}`, row.id)).toBe(false);
  }
});

test("a reference means exactly one issue", () => {
  const id = fc.stringMatching(/^[A-Za-z0-9_%.-]{1,12}$/);
  fc.assert(
    fc.property(id, id, fc.stringMatching(/^[a-z.-]{1,8}$/), (one, other, project) => {
      expect(refersTo(one, other)).toBe(one === other);
      expect(refersTo(`external:${project}:${one}`, other)).toBe(one === other);
    }),
  );
});

test("nothing means the issue without a name", () => {
  for (const stored of ["", "external:a:", "external::", "external::a"]) expect(refersTo(stored, "")).toBe(false);
});

test.for(["hq-cv-k3v7q", "a", "7", "my_project-a3f", "gt-a3f.1.2", "A".repeat(255)])("%s may be an argument", (id) => {
  expect(isSafeArgument(id)).toBe(true);
});

test.for([
  "",
  "-a",
  "--help",
  ".a",
  "_a",
  "a b",
  "a\n",
  "a\nb",
  "a;b",
  "$(a)",
  "a/b",
  "a:b",
  "ä",
  "a\0",
  "A".repeat(256),
])("%j may not be an argument", (id) => {
  expect(isSafeArgument(id)).toBe(false);
});
