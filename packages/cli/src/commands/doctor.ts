import { printable } from "@gastown/convoy-core";
import type { Check } from "../doctor/check.ts";
import { examine } from "../doctor/examine.ts";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, type Output, safeJson } from "../output.ts";
import { pad, plural, wrap } from "../views/layout.ts";

const MARKS = { good: ["✓", "green"], note: ["!", "yellow"], wrong: ["✗", "red"] } as const;

/** Looks at everything the watcher depends on; fails with its own exit status when something is wrong. */
export async function doctorCommand(options: CommonOptions): Promise<number> {
  const output = createOutput(options.color);
  const say = options.json ? () => undefined : output.out;
  const checks: Check[] = [];
  const town = await examine(
    options,
    (group) => {
      if (!options.quiet) say(output.style("bold", `${group.slice(0, 1).toUpperCase()}${group.slice(1)}`));
    },
    (found) => {
      checks.push(...found);
      for (const check of found)
        if (!options.quiet || check.level === "wrong") for (const line of lines(check, found, output)) say(line);
    },
  );
  const counts = { good: 0, note: 0, wrong: 0 };
  for (const { level } of checks) counts[level] += 1;
  const healthy = counts.wrong === 0;
  if (options.json)
    output.out(
      safeJson({ town: town ?? null, healthy, counts, checks: checks.map((check) => ({ hint: null, ...check })) }, 2),
    );
  else if (!options.quiet) say(`\n${counts.good} good, ${plural(counts.note, "note")}, ${counts.wrong} wrong`);
  return healthy ? EXIT.done : EXIT.findings;
}

function lines(check: Check, group: readonly Check[], { columns, style }: Output): string[] {
  const [mark, colour] = MARKS[check.level];
  const names = Math.max(...group.map(({ name }) => Math.min(24, printable(name, 24).length)));
  const room = columns();
  const indent = " ".repeat(names + 6);
  const facts = wrap(`  ${mark} ${pad(printable(check.name, 24), names)}  ${printable(check.fact, 600)}`, room, indent);
  const hint = check.level === "good" ? [] : wrap(`${indent}${printable(check.hint, 600)}`, room, indent);
  return [
    ...facts.map((line, at) => (at === 0 ? line.replace(mark, () => style(colour, mark)) : line)),
    ...hint.map((line) => style("dim", line)),
  ];
}
