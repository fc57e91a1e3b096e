import * as fc from "fast-check";
import { quote } from "shell-quote";
import { expect, it } from "vitest";
import { parseCommand } from "../src/parse-command.ts";

it.each([
  ["notify-send landed", ["notify-send", "landed"]],
  [`notify-send "Convoy landed" 'it is "done"'`, ["notify-send", "Convoy landed", 'it is "done"']],
  ["a\\ b c", ["a b", "c"]],
  [`x ''`, ["x", ""]],
  ["ls *.md ?", ["ls", "*.md", "?"]],
  [`sh -c 'echo "$CONVOY_TITLE" | cat'`, ["sh", "-c", 'echo "$CONVOY_TITLE" | cat']],
  [`x \\$HOME '~'`, ["x", "$HOME", "~"]],
  ['["sh", "-c", "echo $CONVOY_ID | cat"]', ["sh", "-c", "echo $CONVOY_ID | cat"]],
  [' ["one word"]', ["one word"]],
])("splits %s", (text, words) => {
  expect(parseCommand(text)).toEqual(words);
});

it.each([
  ["", "names no program"],
  ["  ", "names no program"],
  ["''", "names no program"],
  ["[]", "names no program"],
  ["[1]", "array of strings"],
  ["[oops", "not JSON"],
  ["echo $CONVOY_TITLE", "$CONVOY_TITLE would be replaced by a shell only"],
  ['echo "${CONVOY_ID}"', "$CONVOY_ID would be replaced by a shell only"],
  ["a | b", "| needs a shell"],
  ["a && b", "&& needs a shell"],
  ["a > file", "> needs a shell"],
  ["a &", "& needs a shell"],
  ["a # b", "begins a comment"],
  ["a 'b", "a quote ' is not closed"],
  ['a "b', 'a quote " is not closed'],
  ['["a\\u0000b"]', "NUL"],
])("refuses %j", (text, why) => {
  expect(() => parseCommand(text)).toThrow(
    expect.objectContaining({ code: "command-not-understood", message: expect.stringContaining(why) }),
  );
});

it("gives back every word that was quoted for a shell, or written as JSON", () => {
  const words = fc.array(
    fc.string({ unit: "grapheme" }).filter((word) => !word.includes("\0")),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(
      words.filter(([first]) => first !== ""),
      (args) => {
        expect(parseCommand(JSON.stringify(args))).toEqual(args);
      },
    ),
  );
  const plain = fc.array(fc.stringMatching(/^[A-Za-z0-9 '"$|&;<>()#*?~%_-]{1,12}$/), { minLength: 1 });
  fc.assert(
    fc.property(
      plain.filter(([first]) => !first?.trimStart().startsWith("[")),
      (args) => {
        expect(parseCommand(args.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" "))).toEqual(args);
      },
    ),
  );
  expect(parseCommand(quote(["a b", "c'd", "$e"]))).toEqual(["a b", "c'd", "$e"]);
});
