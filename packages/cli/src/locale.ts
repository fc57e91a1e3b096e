import getStringWidth from "fast-string-truncated-width";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the locale that the environment asks for can show more than ASCII. */
export function isUtf8(env: Environment, platform: NodeJS.Platform = process.platform): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return platform === "win32" || /utf-?8/i.test(locale);
}

const TWINS: Readonly<Record<string, string>> = {
  "█": "#",
  "░": ".",
  "✓": "+",
  "✗": "x",
  "…": "~",
  "·": "-",
  "—": "-",
  "→": ">",
};

/** The same in ASCII and of the same width: our own signs by their twins, anything else by question marks. */
export function toAscii(text: string): string {
  return text.replace(/\P{ASCII}+/gu, (run) =>
    [...run].map((sign) => TWINS[sign] ?? "?".repeat(getStringWidth(sign).width)).join(""),
  );
}
