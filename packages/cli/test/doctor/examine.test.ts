import { expect, it } from "vitest";
import { faults, healthy, type Report } from "../support/doctor.ts";
import { lookJson } from "../support/look.ts";
import { stage } from "../support/scene.ts";

it("finds nothing in a town that is well, and succeeds", async () => {
  const well = await healthy();
  const { code, stdout, stderr } = await well.run(["doctor"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(
    stdout
      .replaceAll(well.root, "ROOT")
      .replace(process.versions.node, "VERSION")
      .replace(/running for \d+ s \(pid \d+\)/, "running for N s (pid PID)"),
  ).toMatchInlineSnapshot(`
    "Runtime
      ✓ Node  VERSION
    Town
      ✓ root       ROOT/town
      ✓ own files  ROOT/town/.runtime/convoy-watcher
      ✓ settings   all defaults (settings/convoy-watcher.json is not there)
    Databases
      ✓ town   SQLite, .beads/beads.db
      ✓ alpha  SQLite, alpha/.beads/beads.db
      ✓ beta   SQLite, beta/.beads/beads.db
    Routes
      ✓ hq-  leads to the town
      ✓ al-  leads to alpha
      ✓ be-  leads to beta
    Tools
      ✓ bd  bd version 0.47.1 (stand-in), ROOT/bin/bd
      ✓ gt  gt version 0.2.6 (stand-in), ROOT/bin/gt
    Daemons
      ✓ town   its daemon answers
      ✓ alpha  its daemon answers
      ✓ beta   its daemon answers
    Watcher
      ✓ watcher    running for N s (pid PID)
      ✓ source bd  up
      ✓ source db  up
      ✓ rival      none: no gt daemon is running
    Convoys
      ✓ convoys  0 open convoys, and nothing is the matter with them

    20 good, 0 notes, 0 wrong
    "
  `);
  expect(await lookJson<Report>(well, "doctor")).toMatchObject({
    town: well.town.dir,
    healthy: true,
    counts: { note: 0, wrong: 0 },
  });
  expect(await well.run(["doctor", "-q"])).toMatchObject({ code: 0, stdout: "", stderr: "" });
});

it("finds a town that is none, and looks at the rest all the same", async () => {
  const nowhere = stage();
  const { town, healthy: well, checks } = await lookJson<Report>(nowhere, "doctor");
  expect({ town, well, groups: [...new Set(checks.map(({ group }) => group))] }).toEqual({
    town: null,
    well: false,
    groups: ["runtime", "town", "tools"],
  });
  expect(await faults(nowhere, "--town", "/nowhere")).toEqual(["town/town wrong: there is no directory /nowhere"]);
});
