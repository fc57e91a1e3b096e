/** Words and flags of a command line, as cobra takes them apart. */
export interface Args {
  readonly words: readonly string[];
  flag(...names: readonly string[]): boolean;
  value(...names: readonly string[]): string | undefined;
}

/** `valued` names the flags that take a value, as in `--reason x`, `--reason=x` and `-r x`. */
export const parseArgs = (argv: readonly string[], valued: readonly string[]): Args => {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? "";
    if (word === "--") {
      words.push(...argv.slice(index + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words.push(word);
      continue;
    }
    const [name = "", ...rest] = word.split("=");
    if (rest.length > 0) flags.set(name, rest.join("="));
    else if (valued.includes(name)) flags.set(name, argv[(index += 1)] ?? "");
    else flags.set(name, "true");
  }
  return {
    words,
    flag: (...names) => names.some((name) => flags.has(name) && flags.get(name) !== "false"),
    value: (...names) => names.map((name) => flags.get(name)).find((value) => value !== undefined),
  };
};

/** A Go duration of one unit, in ms. */
export const duration = (text: string): number | undefined => {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
  const size = units[unit];
  return amount === undefined || size === undefined ? undefined : Number(amount) * size;
};
