import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { bulkTown, tempDir } from "../src/index.ts";

it("spreads the issues of each convoy over the rigs, and leaves the last ones open", () => {
  using dir = tempDir();
  const town = bulkTown(dir.path, { convoys: 40, issuesPer: 5, rigs: 3, open: 2 });
  expect(town.convoys).toHaveLength(40);
  expect(town.issuesOf("hq-cv-00001")).toEqual(["r2-0005", "r0-0006", "r1-0007", "r2-0008", "r0-0009"]);
  expect(town.issuesOf("hq-cv-00001").map((id) => town.status(id))).toEqual([
    "closed",
    "closed",
    "closed",
    "open",
    "open",
  ]);
  const db = new Database(town.db());
  const tracked = db
    .prepare("SELECT depends_on_id FROM dependencies WHERE issue_id = 'hq-cv-00001' ORDER BY rowid")
    .pluck()
    .all();
  expect(tracked[0]).toBe("external:rig2:r2-0005");
  expect(tracked).toHaveLength(5);
  db.close();
  town.close("r2-0008");
  expect(town.status("r2-0008")).toBe("closed");
  expect(() => town.issuesOf("hq-cv-none")).toThrow("There is no convoy");
});

it("may put everything into the town, complete, in any schema", () => {
  using dir = tempDir();
  const town = bulkTown(dir.path, { convoys: 3, issuesPer: 2, rigs: 0, open: 0, schema: "minimal" });
  expect(town.rigs).toEqual([]);
  expect(town.issuesOf("hq-cv-00002").map((id) => [id, town.status(id)])).toEqual([
    ["hq-0004", "closed"],
    ["hq-0005", "closed"],
  ]);
});
