import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { faults, type Report } from "../support/doctor.ts";
import { scene, type Scene } from "../support/scene.ts";

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

it("says where a database on a server is looked for and what decided that, and never the password", async () => {
  const made = scene({ rigs: { alpha: { prefix: "al", backend: "dolt" } } });
  const file = join(made.town.beadsDir("alpha"), "metadata.json");
  const metadata = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const keys = { dolt_mode: "server", dolt_server_host: "127.0.0.1", dolt_server_port: 2, dolt_server_user: "ann" };
  writeFileSync(file, JSON.stringify({ ...metadata, ...keys }));
  writeFileSync(join(made.town.beadsDir("alpha"), "dolt-server.port"), "1");
  const env = { ...made.env, BEADS_DOLT_PASSWORD: "very-secret", BEADS_DOLT_PORT: "4" };
  const run: Scene["run"] = (args) => made.run(args, { env });
  const { stdout } = await run(["doctor", "--json"]);
  expect(stdout).not.toMatch(/very-secret|"ann"/);
  const { checks } = JSON.parse(stdout) as Report;
  const found = checks.find(({ group, name }) => group === "databases" && name === "alpha");
  expect(found).toMatchObject({
    level: "wrong",
    fact: expect.stringMatching(
      /; looked for at 127\.0\.0\.1:1 \(.*port by dolt-server\.port.*password by BEADS_DOLT_PASSWORD\)$/,
    ),
    decidedBy: {
      mode: "dolt_mode in metadata.json",
      host: "dolt_server_host in metadata.json",
      port: "dolt-server.port",
      user: "dolt_server_user in metadata.json",
      password: "BEADS_DOLT_PASSWORD",
      database: expect.any(String),
    },
  });
  expect(checks.find(({ name }) => name === "BEADS_DOLT_PORT")).toMatchObject({
    level: "note",
    fact: expect.stringContaining("not followed"),
  });
});

it("notes a redirect that leads to nothing of bd's", async () => {
  const made = scene();
  writeFileSync(join(made.town.beadsDir("alpha"), "redirect"), "../gone/.beads\n");
  expect(await faults(made)).toContainEqual(
    expect.stringMatching(/^databases\/alpha note: the redirect in .* which is not there$/),
  );
  mkdirSync(join(made.town.dir, "gone/.beads"), { recursive: true });
  expect(await faults(made)).toContainEqual(
    expect.stringMatching(/^databases\/alpha note: .* which holds no beads database$/),
  );
});
