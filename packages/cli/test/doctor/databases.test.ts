import { rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { faults } from "../support/doctor.ts";
import { scene } from "../support/scene.ts";

it("finds databases that are missing, damaged or empty", async () => {
  const made = scene();
  rmSync(made.town.db("alpha"));
  writeFileSync(made.town.db("beta"), "this is no database, and never was one");
  expect((await faults(made)).filter((fault) => fault.startsWith("databases/"))).toEqual([
    `databases/alpha wrong: ${made.town.db("alpha")} cannot be read: there is no database`,
    `databases/beta wrong: ${made.town.db("beta")} cannot be read: it is damaged, or not a SQLite database`,
  ]);
});

it("finds a database that has gone to Dolt where no server answers", async () => {
  const made = scene({ rigs: { alpha: { prefix: "al", backend: "dolt" } } });
  const [found] = (await faults(made)).filter((fault) => fault.startsWith("databases/"));
  expect(found).toMatch(/^databases\/alpha wrong: /);
});
