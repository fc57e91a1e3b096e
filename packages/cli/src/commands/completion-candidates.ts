import { isSafeArgument, printable } from "@gastown/convoy-core";
import { allSettings } from "@gastown/convoy-watcher/host";
import type { Command, Option } from "commander";
import { isUtf8, toAscii } from "../output.ts";
import { readConvoys, readTown } from "../town.ts";

/** Something a shell can offer. `:dir` and `:file` leave it to the shell to offer directories or files. */
export interface Candidate {
  readonly value: string;
  /** What it is, in a few words; may be empty. */
  readonly what: string;
}

/** @param words what stands after the program's name, the last one as far as it has been typed */
export async function candidatesFor(program: Command, words: readonly string[]): Promise<readonly Candidate[]> {
  const line = parseLine(program, words);
  const offered =
    line.option !== undefined
      ? await valuesOf(line.option, line)
      : line.current.startsWith("-")
        ? flagsOf(program, line.command)
        : await argumentsOf(program, line);
  return offered.filter(({ value }) => value.startsWith(":") || value.startsWith(line.current));
}

/** A command line that is being typed. */
interface TypedLine {
  /** The command it is about; the program itself while none has been typed. */
  readonly command: Command;
  /** The option whose value is being typed. */
  readonly option: Option | undefined;
  /** Arguments of the command so far. */
  readonly operands: readonly string[];
  /** The last word, as far as it has been typed; of `--flag=value` the value. */
  readonly current: string;
  readonly town: string | undefined;
}

/** @param words bash gives `--flag=value` as three of them */
function parseLine(program: Command, words: readonly string[]): TypedLine {
  let command = program;
  let option: Option | undefined;
  let town: string | undefined;
  const operands: string[] = [];
  for (const word of words.slice(0, -1)) {
    if (word === "=" && option !== undefined) continue;
    if (option !== undefined) {
      if (option.long === "--town") town = word;
      option = undefined;
    } else if (word.startsWith("-")) {
      const [flag = "", value] = word.split("=", 2);
      const found = find(program, command, flag);
      if (value === undefined) option = found;
      else if (found?.long === "--town") town = value;
    } else if (command === program) {
      command = program.commands.find((one) => one.name() === word) ?? command;
    } else operands.push(word);
  }
  const last = words.at(-1) ?? "";
  if (option !== undefined) return { command, option, operands, current: last === "=" ? "" : last, town };
  const [, flag, value] = /^(--[a-z-]+)=(.*)$/s.exec(last) ?? [];
  if (flag === undefined || value === undefined) return { command, option, operands, current: last, town };
  return { command, option: find(program, command, flag), operands, current: value, town };
}

/** The option of this name, when it takes a value. */
function find(program: Command, command: Command, flag: string): Option | undefined {
  const options = [...command.options, ...program.options];
  return options.find(({ long, short, required, optional }) => [long, short].includes(flag) && (required || optional));
}

async function valuesOf(option: Option, { current, town }: TypedLine): Promise<readonly Candidate[]> {
  const name = option.long ?? "";
  const setting = allSettings().find(([, { flag }]) => flag === option.flags)?.[1];
  if (name === "--town") return plain([":dir"]);
  if (name === "--log-file" || setting?.kind === "path") return plain([":file"]);
  if (name === "--waiting-on" || name === "--rig") return rigNames(town);
  if (setting?.kind !== "words") return plain(option.argChoices ?? []);
  // Values with commas between them: what was typed so far, and one more.
  const typed = current.split(",").slice(0, -1);
  const left = setting.words.filter((word) => !typed.includes(word));
  return plain(left.map((word) => [...typed, word].join(",")));
}

function flagsOf(program: Command, command: Command): Candidate[] {
  const options = [...(command === program ? [] : command.options), ...program.options];
  const flags = options.map(({ long, description }) => ({ value: long ?? "", what: description }));
  return [...flags, { value: "--help", what: "show help" }].filter(({ value }) => value !== "");
}

async function argumentsOf(program: Command, { command, operands, town }: TypedLine): Promise<readonly Candidate[]> {
  if (command === program) {
    const commands = program.createHelp().visibleCommands(program);
    return commands.map((one) => ({ value: one.name(), what: one.description() }));
  }
  const argument =
    command.registeredArguments[operands.length] ?? command.registeredArguments.find(({ variadic }) => variadic);
  if (argument?.argChoices !== undefined) return plain(argument.argChoices);
  return ["convoy", "id"].includes(argument?.name() ?? "") ? convoyIds(town, operands) : [];
}

const TITLE = 50;

/** Open convoys of the town, with their titles. Ids that would mean something to a shell are not offered. */
async function convoyIds(town: string | undefined, typed: readonly string[]): Promise<Candidate[]> {
  const convoys = await readTown({ town }, async ({ store }) => readConvoys(store, await store.openConvoys()));
  const inLocale = isUtf8(process.env) ? (text: string) => text : toAscii;
  return convoys
    .filter(({ id }) => isSafeArgument(id) && !typed.includes(id))
    .map(({ id, title }) => ({ value: id, what: inLocale(printable(title, TITLE)) }));
}

async function rigNames(town: string | undefined): Promise<readonly Candidate[]> {
  return readTown({ town }, async ({ files }) =>
    plain(
      files
        .places()
        .map(({ rig }) => rig)
        .filter(isSafeArgument),
    ),
  );
}

function plain(values: readonly string[]): readonly Candidate[] {
  return values.map((value) => ({ value, what: "" }));
}
