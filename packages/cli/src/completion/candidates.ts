import { isSafeArgument, printable } from "@gastown/convoy-core";
import { allSettings } from "@gastown/convoy-watcher/host";
import type { Command, Option } from "commander";
import { readConvoys, readTown } from "../commands/read-town.ts";
import type { CommonOptions } from "../options.ts";
import { isUtf8, toAscii } from "../output.ts";
import { parseLine } from "./parse-line.ts";

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

/** Something a shell can offer. `:dir` and `:file` leave it to the shell to offer directories or files. */
export interface Candidate {
  readonly value: string;
  /** What it is, in a few words; may be empty. */
  readonly what: string;
}

const DIRECTORIES: readonly Candidate[] = [{ value: ":dir", what: "" }];
const FILES: readonly Candidate[] = [{ value: ":file", what: "" }];

/** @param words what stands after the program's name, the last one as far as it has been typed */
export async function candidatesFor(program: Command, words: readonly string[]): Promise<readonly Candidate[]> {
  const { command, option, operands, current, town } = parseLine(program, words);
  const offered =
    option !== undefined
      ? await valuesOf(option, current, town)
      : current.startsWith("-")
        ? flagsOf(program, command)
        : await argumentsOf(program, command, operands, town);
  return offered.filter(({ value }) => value.startsWith(":") || value.startsWith(current));
}

async function valuesOf(option: Option, current: string, town: string | undefined): Promise<readonly Candidate[]> {
  if (option.long === "--town") return DIRECTORIES;
  if (option.long === "--log-file") return FILES;
  if (["--waiting-on", "--rig"].includes(option.long ?? "")) return rigNames(town);
  const [, setting] = allSettings().find(([, { flag }]) => flag === option.flags) ?? [];
  if (setting?.kind === "path") return FILES;
  if (setting?.kind === "words") return listValues(setting.words, current);
  return (option.argChoices ?? []).map((value) => ({ value, what: "" }));
}

/** Values with commas between them: what was typed so far, and one more. */
function listValues(values: readonly string[], current: string): Candidate[] {
  const typed = current.split(",").slice(0, -1);
  return values
    .filter((value) => !typed.includes(value))
    .map((value) => ({ value: [...typed, value].join(","), what: "" }));
}

function flagsOf(program: Command, command: Command): Candidate[] {
  const options = [...(command === program ? [] : command.options), ...program.options];
  const flags = options.map(({ long, description }) => ({ value: long ?? "", what: description }));
  return [...flags, { value: "--help", what: "show help" }].filter(({ value }) => value !== "");
}

async function argumentsOf(
  program: Command,
  command: Command,
  operands: readonly string[],
  town: string | undefined,
): Promise<readonly Candidate[]> {
  if (command === program) {
    return program
      .createHelp()
      .visibleCommands(program)
      .map((one) => ({ value: one.name(), what: one.description() }));
  }
  const argument =
    command.registeredArguments[operands.length] ?? command.registeredArguments.find(({ variadic }) => variadic);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return argument.argChoices.map((value) => ({ value, what: "" }));
  return ["convoy", "id"].includes(argument.name()) ? convoyIds(town, operands) : [];
}
