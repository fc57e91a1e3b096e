import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { optionsOf, settingsSchema, type WatcherSettings } from "@gastown/convoy-watcher";
import { allowedFor, allSettings, type Setting, settingsJsonSchema } from "@gastown/convoy-watcher/host";
import { expect, test } from "vitest";
import { createProgram } from "../../src/program.ts";
import { expectShape } from "../support/schemas.ts";

const docs = fileURLToPath(new URL("../../../../docs/", import.meta.url));
const page = readFileSync(`${docs}reference/settings.md`, "utf8");
const all = allSettings();

function defaultOf(setting: Setting): string {
  const value = "byDefault" in setting ? setting.byDefault : undefined;
  return value === undefined ? (setting.otherwise ?? "none") : `\`${JSON.stringify(value).replaceAll(",", ", ")}\``;
}

/** `vitest -u` brings it up to date. */
test("the table of the page is made from the table of settings", async () => {
  const rows = all.map(
    ([key, setting]) =>
      `| \`${key}\` | ${allowedFor(setting)} | ${defaultOf(setting)} | \`${setting.flag.split(" ")[0]}\` | ${setting.means ?? setting.help} |`,
  );
  const table = ["| key | type | default | flag | means |", "| --- | --- | --- | --- | --- |", ...rows].join("\n");
  const [before = "", after = ""] = page.split(/<!-- settings -->[\s\S]*<!-- \/settings -->/);
  await expect(`${before}<!-- settings -->\n\n${table}\n\n<!-- /settings -->${after}`).toMatchFileSnapshot(
    `${docs}reference/settings.md`,
  );
});

/** `convoy-cli config --schema > docs/schema/settings.schema.json` brings it up to date. */
test("the schema for editors is made from it, too", () => {
  expect(JSON.parse(readFileSync(`${docs}schema/settings.schema.json`, "utf8"))).toEqual(settingsJsonSchema());
});

/** The table of keys. */
const rows = all.map(([key, setting]) => ({ key, type: allowedFor(setting), flag: setting.flag.split(" ")[0] ?? "" }));
const withDefault = all.flatMap(([key, setting]) =>
  "byDefault" in setting && setting.byDefault !== undefined
    ? [{ key, value: setting.byDefault, flag: setting.flag.split(" ")[0] ?? "" }]
    : [],
);

type Checked = { readonly value: WatcherSettings } | { readonly issues: readonly { readonly message: string }[] };
const check = (settings: unknown): Checked => settingsSchema["~standard"].validate(settings) as Checked;
const messages = (checked: Checked): string[] =>
  "issues" in checked ? checked.issues.map(({ message }) => message) : [];
const optionOf = (flag: string) =>
  createProgram(() => {})
    .commands.flatMap((command) => [...(command.parent?.options ?? []), ...command.options])
    .find(({ long }) => long === flag);

test("no other key is allowed, and the message names those there are", () => {
  expect(messages(check({ nope: 1 }))).toEqual([`no such key; allowed: ${rows.map(({ key }) => key).join(", ")}`]);
});

test.each(rows)("$key: its type is what the schema says when it refuses a value", ({ key, type }) => {
  expect(messages(check({ [key]: 4711 }))).toEqual([`allowed: ${type}`]);
});

test.each(withDefault)("$key: its default is what it is without a file, and without a flag", ({ key, value, flag }) => {
  const given = check({ [key]: value });
  if (!("value" in given)) throw new Error(messages(given).join());
  expect(optionsOf("/town", given.value)).toEqual(optionsOf("/town", {}));
  expect(optionOf(flag)?.defaultValue).toEqual(given.value[key]);
});

test.each(rows)("$key: $flag is a flag", ({ flag }) => {
  expect(optionOf(flag)).toBeDefined();
});

test("the example of the page is accepted, by the check and by the schema for editors", () => {
  const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  const settings = JSON.parse(example) as object;
  expect(messages(check(settings))).toEqual([]);
  expectShape("settings", settings);
});

test.each([{ sweep: "30" }, { land: [] }, { source: ["dbase"] }, { nope: 1 }, { onLand: [] }, { gt: "" }])(
  "what one refuses, the other refuses: %j",
  (settings) => {
    expect(messages(check(settings))).not.toEqual([]);
    expect(() => expectShape("settings", settings)).toThrow();
  },
);
