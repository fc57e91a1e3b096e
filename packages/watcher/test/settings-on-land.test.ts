import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, it, onTestFinished } from "vitest";
import { optionsOf, readSettings, settingsFileOf } from "../src/index.ts";

const read = (onLand: unknown) => {
  const town = tempDir(onTestFinished).path;
  mkdirSync(dirname(settingsFileOf(town)));
  writeFileSync(settingsFileOf(town), JSON.stringify({ onLand }));
  return optionsOf(town, readSettings(town)).onLand;
};

it.each([
  ["notify-send 'Convoy landed'", ["notify-send", "Convoy landed"]],
  [
    ["sh", "-c", "echo $CONVOY_ID | cat"],
    ["sh", "-c", "echo $CONVOY_ID | cat"],
  ],
  [undefined, undefined],
])("reads the command for landed convoys: %j", (given, words) => {
  expect(read(given)).toEqual(words);
});

it.each([
  ["a | b", /"onLand" is "a \| b"; allowed: a command, as text or as a list of words; .*\| needs a shell/],
  [[], /"onLand" is \[\]; .*it names no program/],
  [7, /"onLand" is 7; allowed: a command, as text or as a list of words$/],
])("refuses %j", (given, message) => {
  expect(() => read(given)).toThrow(message);
});
