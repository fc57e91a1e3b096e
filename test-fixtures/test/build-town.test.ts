import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildTown, openTown, tempDir } from "../src/index.ts";

const rigs = {
  alpha: { prefix: "al" },
  beta: { prefix: "be", path: "beta/mayor/rig" },
  gamma: { prefix: "ga", redirect: true },
  delta: { prefix: "de", redirect: "../store/.beads", database: "delta.db" },
  epsilon: { prefix: "ep", backend: "dolt" },
} as const;

const text = (dir: string, file: string): string => readFileSync(join(dir, file), "utf8");

describe("files", () => {
  it("lays out the town as gt does", () => {
    using dir = tempDir();
    const town = buildTown(dir.path, { rigs });
    expect(text(dir.path, ".beads/routes.jsonl")).toBe(
      [
        '{"prefix":"hq-","path":"."}',
        '{"prefix":"al-","path":"alpha"}',
        '{"prefix":"be-","path":"beta/mayor/rig"}',
        '{"prefix":"ga-","path":"gamma"}',
        '{"prefix":"de-","path":"delta"}',
        '{"prefix":"ep-","path":"epsilon"}',
        "",
      ].join("\n"),
    );
    expect(text(dir.path, "alpha/.beads/metadata.json")).toBe(
      '{\n  "database": "beads.db",\n  "jsonl_export": "issues.jsonl"\n}',
    );
    expect(text(dir.path, "gamma/.beads/redirect")).toBe("mayor/rig/.beads\n");
    expect(town.db("gamma")).toBe(join(dir.path, "gamma/mayor/rig/.beads/beads.db"));
    expect(town.db("delta")).toBe(join(dir.path, "store/.beads/delta.db"));
    expect(JSON.parse(text(dir.path, "epsilon/.beads/metadata.json"))).toMatchObject({
      backend: "dolt",
      dolt_database: "epsilon",
      dolt_server_port: 1,
    });
    expect(JSON.parse(text(dir.path, "mayor/town.json"))).toMatchObject({ type: "town" });
    expect(town.rigs).toEqual(["alpha", "beta", "gamma", "delta", "epsilon"]);
  });

  it("writes the routes it is given, and no town.json when told so", () => {
    using dir = tempDir();
    buildTown(dir.path, { routes: "broken\n", withTownJson: false });
    expect(text(dir.path, ".beads/routes.jsonl")).toBe("broken\n");
    expect(existsSync(join(dir.path, "mayor"))).toBe(false);
  });

  it("leaves no journal behind", () => {
    using dir = tempDir();
    const town = buildTown(dir.path, { rigs });
    town.close(town.createIssue({ rig: "alpha" }));
    town.createConvoy({ tracks: [] });
    const names = readdirSync(dir.path, { recursive: true }).map(String);
    expect(names.filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([]);
  });

  it("may redirect the town itself, whose routes stay where they are", () => {
    using dir = tempDir();
    buildTown(dir.path, { hq: { redirect: "store/.beads" } }).addRig("alpha", { prefix: "al" });
    const town = openTown(dir.path);
    expect(town.db()).toBe(join(dir.path, "store/.beads/beads.db"));
    expect(town.rigs).toEqual(["alpha"]);
  });

  it("opens again as it was built", () => {
    using dir = tempDir();
    const built = buildTown(dir.path, { rigs });
    const opened = openTown(dir.path);
    expect(opened.rigs).toEqual(built.rigs);
    for (const rig of ["hq", ...built.rigs]) expect(opened.db(rig)).toBe(built.db(rig));
  });
});

describe("later", () => {
  it("adds a rig", () => {
    using dir = tempDir();
    const town = buildTown(dir.path);
    town.addRig("alpha", { prefix: "al" });
    town.close(town.createIssue({ id: "al-1" }));
    expect(town.rigs).toEqual(["alpha"]);
    expect(openTown(dir.path).status("al-1", "alpha")).toBe("closed");
  });

  it("replaces a file", () => {
    using dir = tempDir();
    const town = buildTown(dir.path);
    const id = town.createIssue();
    const { ino } = statSync(town.db());
    town.replaceFile();
    expect(statSync(town.db()).ino).not.toBe(ino);
    expect(town.status(id)).toBe("open");
  });
});
