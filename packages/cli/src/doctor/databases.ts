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
import { type Finding, good, note, wrong } from "./finding.ts";

type Place = ReturnType<OpenedStore["files"]["places"]>[number];
type Store = ReturnType<Place["store"]>;
type DoltStore = Extract<Store, { kind: "dolt" }>;

/** Every database of the town: what it is kept in, where that was found, and whether it can be read. */
export async function checkDatabases(town: string, files: OpenedStore["files"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const places = files.places();
  for (const place of places) {
    const { stray } = beadsDirOf(town, place.path);
    if (stray !== undefined) findings.push(note(place.rig, stray, "bd ignores it as well: fix or remove that file"));
    findings.push(...(await checkPlace(town, place)));
  }
  if (!places.some((place) => storeOf(place)?.kind === "dolt")) return findings;
  const unread = unreadVariables(process.env);
  return [
    ...findings,
    ...unread.map(({ name, why }) => note(name, `is set, and not followed: ${why}`, `unset ${name}`)),
  ];
}

/** Where a place keeps its issues; undefined when that cannot be told. */
export function storeOf(place: Place): Store | undefined {
  try {
    return place.store();
  } catch (error) {
    return unreadable(error);
  }
}

async function checkPlace(town: string, place: Place): Promise<Finding[]> {
  const store = storeOf(place);
  const address = store?.kind === "dolt" ? findAddress(store, town) : undefined;
  const decided = address && { decidedBy: address.decidedBy };
  try {
    const database = await place.open();
    await database.revision();
    await database.issues([""]);
    if (place.path === ".") await database.openConvoys();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const where = address === undefined ? "" : `; looked for at ${atInWords(address)} (${decidedInWords(address)})`;
    return [{ ...wrong(place.rig, `${messageOf(error)}${where}`, error.hint), ...decided }];
  }
  if (store?.kind === "sqlite")
    return [good(place.rig, `SQLite, ${relative(town, store.file)}`), ...unwritable(place.rig, dirname(store.file))];
  return store === undefined
    ? []
    : [
        { ...doltFinding(town, place.rig, store, address), ...decided },
        ...(address === undefined ? [] : overruledNotes(place.rig, address)),
      ];
}

/** Undefined when nothing says where it is. */
function findAddress(store: DoltStore, town: string): DatabaseAddress | undefined {
  try {
    return addressOf(store, town, process.env);
  } catch (error) {
    return unreadable(error);
  }
}

/** For a fault of a database: what is the matter with it, a read tells. */
function unreadable(error: unknown): undefined {
  if (error instanceof DatabaseError) return undefined;
  throw error;
}

/** bd and gt write there; when we can't, they can't, if they run as the same user. */
function unwritable(rig: string, dir: string): Finding[] {
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

function doltFinding(town: string, rig: string, store: DoltStore, address: DatabaseAddress | undefined): Finding {
  const where = address === undefined ? "" : ` at ${atInWords(address)}; ${decidedInWords(address)}`;
  const fact = `Dolt, database ${store.database}${where}`;
  const stale = join(store.beadsDir, "beads.db");
  if (!existsSync(stale)) return good(rig, fact);
  return note(
    rig,
    `${fact}; ${relative(town, stale)} beside it is stale, and is not read`,
    `rm ${stale}* once nothing needs the old data`,
  );
}

/** Where a database is looked for, without a secret, as a person would write it. */
function atInWords({ server: { host, port, socket } }: DatabaseAddress): string {
  return socket ?? `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** What decided that, in words: what stands by default is not named. */
function decidedInWords({ decidedBy }: DatabaseAddress): string {
  const parts = Object.entries(decidedBy)
    .filter(([part, by]) => by !== "default" && by !== "none" && part !== "mode" && part !== "database")
    .map(([part, by]) => `${part} by ${by}`);
  return parts.length === 0 ? "all by default" : parts.join(", ");
}

/** What names another address, and does not count: a person may have meant it to. */
function overruledNotes(rig: string, { overruled, decidedBy }: DatabaseAddress): Finding[] {
  if (overruled.length === 0) return [];
  return [
    note(
      `${rig} address`,
      `${overruled.join(", and ")}: ${decidedBy.port ?? "something else"} counts before that`,
      "nothing to do if that is meant; `convoy-cli doctor --json` has what decided each part",
    ),
  ];
}

/** Each database's schema against what this bd knows; only those that do not go together. */
export async function checkSchemas(files: OpenedStore["files"], bd: Version | undefined): Promise<Finding[]> {
  if (bd === undefined) return [];
  const findings: Finding[] = [];
  for (const { rig, open } of files.places()) {
    const schema = await open()
      .then((database) => database.schema?.())
      .catch(unreadable);
    const fault = schema === undefined ? undefined : schemaFault(schema, bd);
    if (fault !== undefined) findings.push({ name: `${rig} schema`, ...fault });
  }
  return findings;
}
