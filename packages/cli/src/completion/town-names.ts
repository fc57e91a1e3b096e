import { isSafeArgument, printable } from "@gastown/convoy-core";
import { readConvoys, readTown } from "../commands/read-town.ts";
import { isUtf8, toAscii } from "../locale.ts";
import type { CommonOptions } from "../options.ts";
import type { Candidate } from "./candidates.ts";

const TITLE = 50;

/** Open convoys of the town, with their titles. Ids that would mean something to a shell are not offered. */
export async function convoyIds(town: string | undefined, typed: readonly string[]): Promise<Candidate[]> {
  const convoys = await readTown(optionsFor(town), async ({ store }) => readConvoys(store, await store.openConvoys()));
  return convoys
    .filter(({ id }) => isSafeArgument(id) && !typed.includes(id))
    .map(({ id, title }) => ({ value: id, what: inLocale(printable(title, TITLE)) }));
}

/** Rigs of the town. */
export async function rigNames(town: string | undefined): Promise<Candidate[]> {
  const rigs = await readTown(optionsFor(town), async ({ files }) => files.places().map(({ rig }) => rig));
  return rigs.filter(isSafeArgument).map((value) => ({ value, what: "" }));
}

function optionsFor(town: string | undefined): CommonOptions {
  return { color: false, ...(town !== undefined && { town }) };
}

function inLocale(text: string): string {
  return isUtf8(process.env) ? text : toAscii(text);
}
