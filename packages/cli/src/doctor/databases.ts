import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { DatabaseError, messageOf } from "@gastown/convoy-core";
import {
  addressOf,
  beadsDirOf,
  type DatabaseAddress,
  type OpenedStore,
  schemaFault,
  unreadVariables,
  type Version,
} from "@gastown/convoy-watcher";
import { type Finding, good, note, wrong } from "./check.ts";

/** Each database's schema against what this bd knows; only those that do not go together. */
export async function checkSchemas(files: OpenedStore["files"], bd: Version | undefined): Promise<Finding[]> {
  if (bd === undefined) return [];
  const findings: Finding[] = [];
  for (const { rig, open } of files.places()) {
    const schema = await schemaOf(open);
    const fault = schema === undefined ? undefined : schemaFault(schema, bd);
    if (fault !== undefined) findings.push({ name: `${rig} schema`, ...fault });
  }
  return findings;
}

async function schemaOf(open: ReturnType<OpenedStore["files"]["places"]>[number]["open"]): Promise<number | undefined> {
  try {
    return await (await open()).schema?.();
  } catch (error) {
    // That it cannot be read is told of elsewhere.
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

type Store = ReturnType<ReturnType<OpenedStore["files"]["places"]>[number]["store"]>;
type DoltStore = Extract<Store, { kind: "dolt" }>;

/** Where a database is looked for and what decided it, without a secret. */
export interface FoundAddress {
  /** As a person would write it: host and port, or a socket. */
  readonly at: string;
  readonly decidedBy: DatabaseAddress["decidedBy"];
  readonly overruled: readonly string[];
}

/** Undefined when nothing says where it is; why, a read of the database tells. */
export function findAddress(store: DoltStore, town: string): FoundAddress | undefined {
  try {
    const { server, decidedBy, overruled } = addressOf(store, town, process.env);
    const { host, port, socket } = server;
    return { at: socket ?? `${host.includes(":") ? `[${host}]` : host}:${port}`, decidedBy, overruled };
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}

/** What decided where it is, in words: what stands by default is not named. */
export function decidedInWords({ decidedBy }: FoundAddress): string {
  const parts = Object.entries(decidedBy)
    .filter(([part, by]) => by !== "default" && by !== "none" && part !== "mode" && part !== "database")
    .map(([part, by]) => `${part} by ${by}`);
  return parts.length === 0 ? "all by default" : parts.join(", ");
}

/** What names another address, and does not count: a person may have meant it to. */
export function addressNotes(rig: string, { overruled, decidedBy }: FoundAddress): Finding[] {
  const [first] = overruled;
  if (first === undefined) return [];
  return [
    note(
      `${rig} address`,
      `${overruled.join(", and ")}: ${decidedBy.port ?? "something else"} counts before that`,
      "nothing to do if that is meant; `convoy-cli doctor --json` has what decided each part",
    ),
  ];
}

/** Variables that look as if they decided where databases are, and do not. */
export function variableNotes(): Finding[] {
  return unreadVariables(process.env).map(({ name, why }) =>
    note(name, `is set, and not followed: ${why}`, `unset ${name}`),
  );
}

type Place = ReturnType<OpenedStore["files"]["places"]>[number];

/** Every database of the town: what it is kept in, where that was found, and whether it can be read. */
export async function checkDatabases(town: string, files: OpenedStore["files"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  let dolt = false;
  for (const place of files.places()) {
    const { found, isDolt } = await checkPlace(town, place);
    findings.push(...found);
    dolt ||= isDolt;
  }
  return dolt ? [...findings, ...variableNotes()] : findings;
}

async function checkPlace(
  town: string,
  place: Place,
): Promise<{ readonly found: readonly Finding[]; readonly isDolt: boolean }> {
  const { stray } = beadsDirOf(town, place.path);
  const strays = stray === undefined ? [] : [note(place.rig, stray, "bd ignores it as well: fix or remove that file")];
  let address: FoundAddress | undefined;
  let isDolt = false;
  try {
    const store = place.store();
    isDolt = store.kind === "dolt";
    address = store.kind === "dolt" ? findAddress(store, town) : undefined;
    const database = await place.open();
    await database.revision();
    await database.issues([""]);
    if (place.path === ".") await database.openConvoys();
    if (store.kind === "dolt") return { found: [...strays, ...doltFindings(town, place.rig, store, address)], isDolt };
    const [dir, shown] = [dirname(store.file), relative(town, store.file)];
    return { found: [...strays, good(place.rig, `SQLite, ${shown}`), ...writable(place.rig, dir)], isDolt };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const where = address === undefined ? "" : `; looked for at ${address.at} (${decidedInWords(address)})`;
    const finding = wrong(place.rig, `${messageOf(error)}${where}`, error.hint);
    return { found: [...strays, address === undefined ? finding : withDecisions(finding, address)], isDolt };
  }
}

function withDecisions(finding: Finding, { decidedBy }: FoundAddress): Finding {
  return { ...finding, decidedBy };
}

function doltFindings(
  town: string,
  rig: string,
  { beadsDir, database }: { readonly beadsDir: string; readonly database: string },
  address: FoundAddress | undefined,
): Finding[] {
  const where = address === undefined ? "" : ` at ${address.at}; ${decidedInWords(address)}`;
  const fact = `Dolt, database ${database}${where}`;
  const stale = join(beadsDir, "beads.db");
  const finding = existsSync(stale)
    ? note(
        rig,
        `${fact}; ${relative(town, stale)} beside it is stale, and is not read`,
        `rm ${stale}* once nothing needs the old data`,
      )
    : good(rig, fact);
  return address === undefined ? [finding] : [withDecisions(finding, address), ...addressNotes(rig, address)];
}

/** bd and gt write there; when we can't, they can't, if they run as the same user. */
function writable(rig: string, dir: string): Finding[] {
  try {
    accessSync(dir, constants.W_OK);
    return [];
  } catch {
    return [
      note(
        rig,
        `${dir} cannot be written by this user`,
        `chown it, or run as its owner: SQLite needs to write beside a database to follow it, and bd to close convoys`,
      ),
    ];
  }
}
