import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, it, onTestFinished } from "vitest";
import { hookFlag } from "../src/host.ts";
import { optionsOf, readSettings, settingsFileOf } from "../src/index.ts";

const read = (settings: object) => {
  const town = tempDir(onTestFinished).path;
  mkdirSync(dirname(settingsFileOf(town)));
  writeFileSync(settingsFileOf(town), JSON.stringify(settings));
  return optionsOf(town, readSettings(town)).hooks;
};

it("takes a text for a shell, and a list of words as it is", () => {
  expect(
    read({
      onLand: "echo $CONVOY_ID | cat",
      onStuck: ["notify-send", "Stuck"],
      onClosed: "x",
      onUntold: "y",
      onDown: "z",
    }),
  ).toEqual({
    landed: ["sh", "-c", "echo $CONVOY_ID | cat"],
    stuck: ["notify-send", "Stuck"],
    closed: ["sh", "-c", "x"],
    untold: ["sh", "-c", "y"],
    down: ["sh", "-c", "z"],
  });
  expect(read({})).toEqual({});
});

it.each([
  ['["touch", "a b"]', ["touch", "a b"]],
  ["[ -f x ] && touch y", ["sh", "-c", "[ -f x ] && touch y"]],
  ["", undefined],
  ["a\0b", undefined],
  ["[]", undefined],
])("takes a flag the same way, with a list as JSON: %j", (text, command) => {
  expect(hookFlag(text)).toEqual(command);
});

it.each([[[]], [7], [""], [["a", 1]], [null]])("refuses %j", (given) => {
  expect(() => read({ onLand: given })).toThrow(
    /"onLand" is .*; allowed: a command: a text for sh, or a list of words$/,
  );
});

it("lets a file name its schema, for editors", () => {
  expect(read({ $schema: "./convoy-watcher.schema.json" })).toEqual({});
});
