import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { neededVariables } from "../src/index.ts";

/** A town on a server at port 3310, with the rig alpha beside it. */
function newTown(): string {
  const town = tempDir(onTestFinished).path;
  for (const [path, database] of [
    [".", "hq"],
    ["alpha", "alpha"],
  ] as const) {
    mkdirSync(join(town, path, ".beads"), { recursive: true });
    const metadata = { backend: "dolt", dolt_mode: "server", dolt_database: database, dolt_server_port: 3310 };
    writeFileSync(join(town, path, ".beads/metadata.json"), JSON.stringify(metadata));
  }
  writeFileSync(join(town, ".beads/routes.jsonl"), '{"prefix":"al-","path":"alpha"}\n');
  return town;
}

test("a service needs no variable when the town's files say the same", () => {
  const town = newTown();
  for (const env of [{}, { GT_DOLT_PORT: "3310" }, { BEADS_DOLT_PORT: "4" }, { BEADS_DOLT_SERVER_MODE: "1" }])
    expect(neededVariables(town, env)).toEqual({ plain: [], secret: [] });
});

test("what leads elsewhere is needed, and a secret is named as one", () => {
  const town = newTown();
  expect(neededVariables(town, { GT_DOLT_PORT: "4000", BEADS_DOLT_SERVER_PORT: "4000" })).toEqual({
    plain: ["BEADS_DOLT_SERVER_PORT", "GT_DOLT_PORT"],
    secret: [],
  });
  expect(neededVariables(town, { BEADS_DOLT_PASSWORD: "x" })).toEqual({ plain: [], secret: ["BEADS_DOLT_PASSWORD"] });
  expect(neededVariables(town, { BD_MIGRATION_FREEZE_FILE: "/x" }).plain).toEqual(["BD_MIGRATION_FREEZE_FILE"]);
  // The rig alone is led elsewhere.
  writeFileSync(join(town, "alpha/.beads/metadata.json"), '{"backend":"dolt","dolt_mode":"embedded"}');
  expect(neededVariables(town, { BEADS_DOLT_SERVER_MODE: "1" }).plain).toEqual(["BEADS_DOLT_SERVER_MODE"]);
});

test("a credentials file in the user's home is found without a variable", () => {
  const town = newTown();
  mkdirSync(join(town, "home/.config/beads"), { recursive: true });
  writeFileSync(join(town, "home/.config/beads/credentials"), "[127.0.0.1:3310]\npassword=x\n");
  const env = { HOME: join(town, "home"), BEADS_DOLT_PASSWORD: "x" };
  expect(neededVariables(town, env)).toEqual({ plain: [], secret: [] });
});
