import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, it, onTestFinished } from "vitest";
import { gateOf } from "../src/gate.ts";
import { hookFlag } from "../src/host.ts";
import { optionsOf, readSettings, SettingsError, settingsFileOf } from "../src/index.ts";
import { driverOf } from "../src/settings.ts";

const townWith = (text: string): string => {
  const town = tempDir(onTestFinished).path;
  mkdirSync(dirname(settingsFileOf(town)), { recursive: true });
  writeFileSync(settingsFileOf(town), text);
  return town;
};

const faultOf = (settings: unknown): string => {
  const town = townWith(typeof settings === "string" ? settings : JSON.stringify(settings));
  try {
    readSettings(town);
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as SettingsError).message.replace(settingsFileOf(town), "FILE");
  }
  return "none";
};

describe("readSettings", () => {
  it("leaves everything out without a file", () => {
    expect(readSettings(tempDir(onTestFinished).path)).toEqual({});
  });

  it("reads every key, times in milliseconds", () => {
    const town = townWith(
      '\uFEFF{"source":["db"],"sweep":"2m","grace":"500ms","land":["check","close"],"bd":"/opt/bd","gt":"tools/gt","driver":"node-sqlite"}',
    );
    expect(readSettings(town)).toEqual({
      source: ["db"],
      sweep: 120_000,
      grace: 500,
      land: ["check", "close"],
      bd: "/opt/bd",
      gt: "tools/gt",
      driver: "node-sqlite",
    });
  });

  it.each([
    [
      { sweep: 30 },
      'FILE: "sweep" is 30; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h" and at least "100ms"',
    ],
    [
      { sweep: "30" },
      'FILE: "sweep" is "30"; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h" and at least "100ms"',
    ],
    [
      { sweep: "1ms" },
      'FILE: "sweep" is "1ms"; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h" and at least "100ms"',
    ],
    [
      { grace: "25h" },
      'FILE: "grace" is "25h"; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h"',
    ],
    [
      { grace: null },
      'FILE: "grace" is null; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h"',
    ],
    [{ source: [] }, 'FILE: "source" is []; allowed: a list of at least one of "bd", "db"'],
    [{ source: "db" }, 'FILE: "source" is "db"; allowed: a list of at least one of "bd", "db"'],
    [
      { land: ["check", "bomb"] },
      'FILE: "land.1" is "bomb"; allowed: a list of at least one of "check", "close", "force"',
    ],
    [{ gt: "" }, 'FILE: "gt" is ""; allowed: the path of gt'],
    [{ driver: "sqlite" }, 'FILE: "driver" is "sqlite"; allowed: "better-sqlite3", "node-sqlite"'],
    [{ driver: null }, 'FILE: "driver" is null; allowed: "better-sqlite3", "node-sqlite"'],
    [
      { swep: "30s" },
      'FILE: "swep" is "30s"; no such key; allowed: source, sweep, grace, tell, land, bd, gt, driver, gate, mergeStale, onLand, onStuck, onClosed, onUntold, onDown',
    ],
    [
      { grace: 1, gt: 2 },
      'FILE: "grace" is 1; allowed: a time with its unit, such as "500ms", "30s" or "2m", of at most "24h"; "gt" is 2; allowed: the path of gt',
    ],
    [[], "FILE: the file is []; allowed: a JSON object"],
    ["null", "FILE: the file is null; allowed: a JSON object"],
  ])("says of %j which key, which value, what is allowed", (settings, fault) => {
    expect(faultOf(settings)).toBe(fault);
  });

  it("takes each step once, and in the one order there is", () => {
    expect(readSettings(townWith('{"land":["force","check","check"]}'))).toEqual({ land: ["check", "force"] });
  });

  it("cuts a long value short", () => {
    expect(faultOf({ grace: "x".repeat(10_000) }).length).toBeLessThan(300);
  });

  it("does not take `__proto__` for a key of its own", () => {
    expect(faultOf('{"__proto__": {"grace": "1s"}}')).toContain("no such key");
  });

  it.each(["", "{", "// settings\n{}"])("says of %j that it is not JSON", (text) => {
    expect(faultOf(text)).toMatch(/^FILE: is not JSON: /);
  });

  it("says of a directory that it cannot be read", () => {
    const town = tempDir(onTestFinished).path;
    mkdirSync(settingsFileOf(town), { recursive: true });
    expect(() => readSettings(town)).toThrow(/cannot be read: EISDIR/);
  });
});

describe("optionsOf", () => {
  it("has a default for everything but the tools, which are on PATH then", () => {
    expect(optionsOf("/town", {})).toEqual({
      bd: undefined,
      gt: undefined,
      sources: ["bd", "db"],
      sweepEvery: 30_000,
      grace: 7_000,
      tellLimit: 300_000,
      steps: ["check", "close", "force"],
      gate: "off",
      mergeStaleAfter: 86_400_000,
      hooks: {},
    });
  });

  it("starts relative paths at the town", () => {
    expect(optionsOf("/town", { bd: "tools/bd", gt: "/opt/gt", grace: 0 })).toMatchObject({
      bd: "/town/tools/bd",
      gt: "/opt/gt",
      grace: 0,
    });
  });
});

describe("driverOf", () => {
  it("is what was given, else what the settings say, else left to the default", () => {
    const town = townWith('{"driver":"node-sqlite"}');
    expect(driverOf(town, "better-sqlite3")).toBe("better-sqlite3");
    expect(driverOf(town)).toBe("node-sqlite");
    expect(driverOf(tempDir(onTestFinished).path)).toBeUndefined();
  });

  it("is not kept by what else is wrong with the settings, nor by a word that is none", () => {
    expect(driverOf(townWith('{"driver":"node-sqlite","swep":1}'))).toBe("node-sqlite");
    for (const text of ["", "[]", "null", '{"driver":"sqlite"}', '{"driver":1}'])
      expect(driverOf(townWith(text))).toBeUndefined();
  });
});

describe("gateOf", () => {
  const gate = (settings: string, given?: "off" | "merge"): number | undefined =>
    gateOf(townWith(settings), given)?.staleAfter;

  it("is what was given, else what the settings say, else off", () => {
    expect(gate('{"gate":"merge"}')).toBe(86_400_000);
    expect(gate('{"gate":"merge","mergeStale":"2h"}')).toBe(7_200_000);
    expect(gate('{"gate":"merge"}', "off")).toBeUndefined();
    expect(gate("{}", "merge")).toBe(86_400_000);
    expect(gate("{}")).toBeUndefined();
    expect(gateOf(tempDir(onTestFinished).path)).toBeUndefined();
  });

  it("is not kept by what else is wrong with the settings, nor by a word that is none", () => {
    expect(gate('{"gate":"merge","swep":1,"mergeStale":"soon"}')).toBe(Number.POSITIVE_INFINITY);
    for (const text of ["", "[]", '{"gate":"on"}', '{"gate":true}']) expect(gate(text)).toBeUndefined();
  });
});

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
