import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { addressOf } from "../src/address.ts";

interface Case {
  readonly name: string;
  readonly metadata?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly config?: string;
  readonly portFile?: string;
  readonly is: Record<string, unknown>;
}

const cases: readonly Case[] = [
  { name: "nothing said", is: { host: "127.0.0.1", port: 3307, user: "root", password: "" } },
  {
    name: "metadata",
    metadata: { dolt_server_host: "db.example", dolt_server_port: 3310, dolt_server_user: "bd" },
    is: { host: "db.example", port: 3310, user: "bd" },
  },
  { name: "a port as text", metadata: { dolt_server_port: "3310" }, is: { port: 3310 } },
  { name: "a port that is none", metadata: { dolt_server_port: 99_999 }, is: { port: 3307 } },
  {
    name: "gt's configuration before all",
    metadata: { dolt_server_port: 1 },
    config: "log_level: info\nlistener:\n  host: 127.0.0.1\n  port: 3399\n  max_connections: 1000\n",
    env: { GT_DOLT_PORT: "2", BEADS_DOLT_SERVER_PORT: "3" },
    is: { port: 3399 },
  },
  {
    name: "a port elsewhere in the configuration",
    config: "listener:\n  host: 0.0.0.0\nmetrics:\n  port: 9090\n",
    is: { port: 3307 },
  },
  { name: "a quoted port with a comment", config: 'listener:\n  port: "3399" # ours\n', is: { port: 3399 } },
  {
    name: "another machine's server",
    metadata: { dolt_server_host: "db.example", dolt_server_port: 3310 },
    config: "listener:\n  port: 3399\n",
    is: { host: "db.example", port: 3310 },
  },
  {
    name: "bd's environment before gt's",
    env: {
      GT_DOLT_HOST: "a",
      GT_DOLT_PORT: "2",
      GT_DOLT_USER: "u",
      GT_DOLT_PASSWORD: "p",
      BEADS_DOLT_SERVER_HOST: "b",
      BEADS_DOLT_SERVER_PORT: "3",
      BEADS_DOLT_SERVER_USER: "v",
      BEADS_DOLT_PASSWORD: "q",
    },
    is: { host: "b", port: 3, user: "v", password: "q" },
  },
  {
    name: "gt's environment",
    metadata: { dolt_server_host: "127.0.0.1", dolt_server_port: 1, dolt_server_user: "x" },
    env: { GT_DOLT_HOST: "a", GT_DOLT_PORT: "2", GT_DOLT_USER: "u", GT_DOLT_PASSWORD: "p" },
    is: { host: "a", port: 2, user: "u", password: "p" },
  },
  { name: "bd's port file", metadata: { dolt_server_port: 1 }, portFile: "40123\n", is: { port: 40_123 } },
];

test.each(cases)("the address by $name", ({ metadata, env = {}, config, portFile, is }) => {
  const town = tempDir(onTestFinished).path;
  const beadsDir = join(town, ".beads");
  mkdirSync(beadsDir);
  if (portFile !== undefined) writeFileSync(join(beadsDir, "dolt-server.port"), portFile);
  if (config !== undefined) {
    mkdirSync(join(town, ".dolt-data"));
    writeFileSync(join(town, ".dolt-data/config.yaml"), config);
  }
  const store = { kind: "dolt" as const, beadsDir, metadata: { backend: "dolt", dolt_mode: "server", ...metadata } };
  expect(addressOf(store, town, env).server).toMatchObject(is);
});

test("the database is the one that metadata.json names, else bd's own", () => {
  const named = (dolt_database: unknown): string =>
    addressOf({ kind: "dolt", beadsDir: "/nowhere", metadata: { dolt_mode: "server", dolt_database } }, "/nowhere", {})
      .database;
  expect(named("alpha")).toBe("alpha");
  expect(named(undefined)).toBe("beads");
  expect(() => named("x".repeat(65))).toThrow("no server can have");
  expect(() => named("a\0b")).toThrow("no server can have");
});
