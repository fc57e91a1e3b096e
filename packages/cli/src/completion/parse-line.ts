import type { Command, Option } from "commander";

/** A command line that is being typed. */
export interface TypedLine {
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

/** @param words what stands after the program's name; bash gives `--flag=value` as three of them */
export function parseLine(program: Command, words: readonly string[]): TypedLine {
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
