import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { optionsOf, settingsSchema, type WatcherSettings } from "@gastown/convoy-watcher";
import { expect, test } from "vitest";
import { createProgram } from "../../src/program.ts";

const page = readFileSync(fileURLToPath(new URL("../../../../docs/reference/settings.md", import.meta.url)), "utf8");

/** The table of keys. */
const rows = [...page.matchAll(/^\| `(\w+)` \| (.+?) \| (.+?) \| `(--.+?)` \|/gm)].map(
  ([, key = "", type = "", fallback = "", flag = ""]) => ({ key, type, fallback, flag }),
);
const withDefault = rows.flatMap((row) => {
  const [, json] = /^`(.+)`$/.exec(row.fallback) ?? [];
  return json === undefined ? [] : [{ ...row, value: JSON.parse(json) as unknown }];
});

type Checked = { readonly value: WatcherSettings } | { readonly issues: readonly { readonly message: string }[] };
const check = (settings: unknown): Checked => settingsSchema["~standard"].validate(settings) as Checked;
const messages = (checked: Checked): string[] =>
  "issues" in checked ? checked.issues.map(({ message }) => message) : [];
const optionOf = (flag: string) =>
  createProgram(() => {})
    .commands.flatMap((command) => [...(command.parent?.options ?? []), ...command.options])
    .find(({ long }) => long === flag);

test("the page has every key of the schema, in its order, and no other", () => {
  expect(messages(check({ nope: 1 }))).toEqual([`no such key; allowed: ${rows.map(({ key }) => key).join(", ")}`]);
});

test.each(rows)("$key: its type is what the schema says when it refuses a value", ({ key, type }) => {
  expect(messages(check({ [key]: 4711 }))).toEqual([`allowed: ${type}`]);
});

test.each(withDefault)("$key: its default is what it is without a file, and without a flag", ({ key, value, flag }) => {
  const given = check({ [key]: value });
  if (!("value" in given)) throw new Error(messages(given).join());
  expect(optionsOf("/town", given.value)).toEqual(optionsOf("/town", {}));
  expect(optionOf(flag)?.defaultValue).toEqual(given.value[key as keyof WatcherSettings]);
});

test.each(rows)("$key: $flag is a flag", ({ flag }) => {
  expect(optionOf(flag)).toBeDefined();
});

test("four keys have a default, and the example of the page is accepted", () => {
  expect(withDefault.map(({ key }) => key)).toEqual(["source", "sweep", "grace", "land"]);
  const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  expect(messages(check(JSON.parse(example)))).toEqual([]);
});
