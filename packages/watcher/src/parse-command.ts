import { parse } from "shell-quote";
import { CommandSyntaxError } from "./errors.ts";

/**
 * Splits a command into words, quoted as for a POSIX shell; or takes them from a JSON array of strings. No shell will
 * run it, so that whatever only a shell would do is refused instead of being handed on as a word.
 *
 * @throws {CommandSyntaxError}
 */
export function parseCommand(text: string): readonly [string, ...string[]] {
  const [program, ...args] = text.trimStart().startsWith("[") ? fromJson(text) : fromWords(text);
  if (program === undefined || program === "") throw new CommandSyntaxError("it names no program");
  const words: [string, ...string[]] = [program, ...args];
  if (words.some((word) => word.includes("\0"))) throw new CommandSyntaxError("it has a NUL character");
  return words;
}

function fromJson(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandSyntaxError("it starts with [ and is not JSON");
  }
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value;
  throw new CommandSyntaxError("as JSON it must be an array of strings");
}

function fromWords(text: string): string[] {
  const open = unclosedQuote(text);
  if (open !== undefined) throw new CommandSyntaxError(`a quote ${open} is not closed`);
  return parse(text, (variable) => ({ variable })).map((word) => {
    if (typeof word === "string") return word;
    if ("variable" in word) throw new CommandSyntaxError(`$${String(word.variable)} would be replaced by a shell only`);
    if ("comment" in word) throw new CommandSyntaxError(`# begins a comment, "${word.comment.trim()}"`);
    if (word.op === "glob") return word.pattern;
    throw new CommandSyntaxError(`${word.op} needs a shell`);
  });
}

/** The library takes what follows an unclosed quote apart as it comes. */
function unclosedQuote(text: string): string | undefined {
  let open: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === "\\" && open !== "'") at += 1;
    else if (open === undefined && (sign === "'" || sign === '"')) open = sign;
    else if (sign === open) open = undefined;
  }
  return open;
}
