import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { insert } from "../beads/rows.ts";
import { createDatabase, type Db, localTime } from "../schema/database.ts";
import { type Rig, townRig } from "./places.ts";
import type { SchemaVariant, TownOptions } from "./types.ts";

const releases: Readonly<Record<SchemaVariant, string>> = {
  "0.46": "0.46.0",
  "0.47.1": "0.47.1",
  "0.49.6": "0.49.6",
  minimal: "0.0.0",
};

const write = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

const metadata = (rig: Rig, schema: SchemaVariant): Record<string, unknown> => {
  if (rig.backend === "sqlite")
    return {
      database: basename(rig.file),
      jsonl_export: "issues.jsonl",
      ...(schema === "0.49.6" && { backend: "sqlite" }),
    };
  return {
    backend: "dolt",
    database: "dolt",
    dolt_database: rig.doltDatabase,
    dolt_mode: "server",
    dolt_server_host: "127.0.0.1",
    dolt_server_port: rig.doltPort,
  };
};

const settings = (rig: Rig): Record<string, string> => ({
  compaction_enabled: "false",
  compact_tier1_days: "30",
  compact_tier1_dep_levels: "2",
  compact_tier2_days: "90",
  compact_tier2_dep_levels: "5",
  compact_tier2_commits: "100",
  compact_batch_size: "50",
  compact_parallel_workers: "5",
  auto_compact_enabled: "false",
  issue_prefix: rig.prefix,
  "types.custom": "agent,role,rig,convoy,slot",
  ...(rig.name === townRig && { allowed_prefixes: `${rig.prefix},${rig.prefix}-cv` }),
});

/** New databases that were made before, by what is in them: making one takes 8 ms, and a test needs three. */
const made = new Map<string, Uint8Array>();

/** `.beads` of one rig: metadata.json, the database with its settings and what `fill` adds, and the redirect that leads there. */
export const writeRig = (
  rig: Rig,
  { schema = "0.47.1", journal = "wal" }: Pick<TownOptions, "schema" | "journal">,
  fill?: (db: Db) => void,
): void => {
  if (rig.redirect !== undefined) write(join(rig.routeDir, "redirect"), `${rig.redirect}\n`);
  write(join(rig.beadsDir, "metadata.json"), JSON.stringify(metadata(rig, schema), null, 2));
  const config = settings(rig);
  const contents = JSON.stringify([schema, journal, config]);
  const ready = fill === undefined ? made.get(contents) : undefined;
  if (ready !== undefined) return writeFileSync(rig.file, ready, { flag: "wx" });
  createDatabase(rig.file, schema, journal, (db) => {
    for (const [key, value] of Object.entries(config)) insert(db, "config", { key, value });
    insert(db, "metadata", { key: "bd_version", value: releases[schema] });
    fill?.(db);
  });
  if (fill === undefined) made.set(contents, readFileSync(rig.file));
};

/** The line of routes.jsonl for a rig. */
export const routeLine = ({ prefix, path }: Rig): string => `${JSON.stringify({ prefix: `${prefix}-`, path })}\n`;

/** routes.jsonl and mayor/town.json. */
export const writeTownFiles = (dir: string, rigs: readonly Rig[], options: TownOptions): void => {
  write(join(dir, ".beads/routes.jsonl"), options.routes ?? rigs.map(routeLine).join(""));
  if (options.withTownJson === false) return;
  const town = { type: "town", version: 2, name: basename(dir), created_at: localTime() };
  write(join(dir, "mayor/town.json"), `${JSON.stringify(town, null, 2)}\n`);
};
