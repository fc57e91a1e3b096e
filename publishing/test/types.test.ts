import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { repository } from "../src/workspace.ts";

const CONSUMER = `
import { createBdSource } from "@gastown/bd-source";
import { type ConvoySnapshot, createTownStore, judge, type WatchRecord } from "@gastown/convoy-core";
import { createDoltTown } from "@gastown/dolt-resolver";
import { definePlugin } from "@gastown/plugin-api";
import createConvoyWatcher, { type AutomationPlugin } from "@gastown/plugin-gastown";
import { hostContract } from "@gastown/plugin-gastown/contract-suite";
import { startGroup } from "@gastown/process";
import { compileQueries } from "@gastown/sql";
import { openTown } from "@gastown/sqlite-resolver";
import { storeOf } from "@gastown/town-files";
import { watchTown } from "@gastown/convoy-watcher";
import { findTool } from "@gastown/convoy-watcher/host";

const store = createTownStore(openTown({ town: ".", now: Date.now }).databases);
const convoys: ReadonlyMap<string, ConvoySnapshot> = await store.readConvoys(["hq-cv-1"]);
export const kinds: string[] = [...convoys.values()].map((convoy) => judge(convoy).kind);
export const plugin: AutomationPlugin<never> | object = createConvoyWatcher({ source: ["db"] });
export const told = (record: WatchRecord): string => (record.event === "landed" ? record.convoy : "");
export const all: unknown[] = [createBdSource, startGroup, createDoltTown, hostContract, compileQueries, storeOf, watchTown, findTool];
// @ts-expect-error a convoy is no verdict
judge({}).kind;
`;

/** As users compile: against the declarations that were published, theirs and those of what they need checked, too. */
test("a program that uses every package compiles in the project it is installed in", () => {
  const dir = join(inject("installed"), "consumer");
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "program.ts"), CONSUMER);
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "node"];
  const tsc = join(repository, "node_modules", ".bin", "tsc");
  const { stdout, status } = spawnSync(tsc, [...flags, "--lib", "es2024,esnext.disposable", "program.ts"], {
    cwd: dir,
    encoding: "utf8",
  });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});
