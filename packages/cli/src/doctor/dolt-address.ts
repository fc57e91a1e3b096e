import { DatabaseError } from "@gastown/convoy-core";
import { addressOf, type DatabaseAddress, type OpenedStore, unreadVariables } from "@gastown/convoy-watcher";
import { type Finding, note } from "./check.ts";

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
