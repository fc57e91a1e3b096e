import { stripVTControlCharacters, styleText } from "node:util";
import { expect, test } from "vitest";
import { createScreen, type Output } from "../src/narrator.ts";

const colours: Pick<Output, "style"> = { style: (style, text) => styleText(style, text, { validateStream: false }) };

function shown(columns: number | undefined, colour = false): string[] {
  const lines: string[] = [];
  const output = { out: (line) => void lines.push(line), style: (_, text) => text, ...(colour && colours) } as Output;
  const screen = createScreen(output, () => columns);
  screen.say("A convoy tracks issues of any rig: when the last of them is done, it should land.", 1, 2);
  screen.cue("watcher", 'runs gt convoy close hq-cv-rmapi --reason "All tracked issues completed"');
  screen.row("> Night theme", "tracks web-d9f, docs-t5c", (text) => output.style("green", text));
  return lines;
}

test("keeps a column for who speaks where there is room", () => {
  expect(shown(80)).toMatchInlineSnapshot(`
    [
      " A convoy tracks issues of any rig: when the last of them is done, it should",
      "   land.",
      "    watcher   runs gt convoy close hq-cv-rmapi --reason "All tracked issues",
      "              completed"",
      " > Night theme            tracks web-d9f, docs-t5c",
    ]
  `);
});

test("does without that column on a narrow terminal", () => {
  expect(shown(40)).toMatchInlineSnapshot(`
    [
      " A convoy tracks issues of any rig:",
      "   when the last of them is done, it",
      "   should land.",
      " watcher runs gt convoy close",
      "   hq-cv-rmapi --reason "All tracked",
      "   issues completed"",
      " > Night theme tracks web-d9f,",
      "   docs-t5c",
    ]
  `);
});

test.each([undefined, 200, 88, 80, 60, 59, 40, 20, 3])("fits %s columns, with colour as without", (columns) => {
  const width = Math.max(20, Math.min(columns ?? 80, 88));
  for (const line of shown(columns)) expect(line.length).toBeLessThan(width);
  expect(shown(columns, true).map(stripVTControlCharacters)).toEqual(shown(columns));
});
