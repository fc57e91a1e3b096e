import type { Manifest } from "./workspace.ts";

/** A page about one entry of a package: each export, what its comment says, and its declaration with those of its members. */
export function apiPage({ name, description = "" }: Manifest, entry: string, declarations: string): string {
  const from = entry === "index" ? name : `${name}/${entry}`;
  const head = `# \`${from}\`\n\n${description}. Written by \`npm run api\` from the comments in the source.`;
  return `${[head, ...declarations.split(BETWEEN).flatMap(section)].join("\n\n")}\n`;
}

/** API Extractor rolls declarations up one after the other, each at the start of a line under its comment. */
const BETWEEN = /\n\n(?=\/\*\*|export |declare |import )/;

function section(declaration: string): string[] {
  const [, comment = "", code = ""] = /^(?:\/\*\*(.*?)\*\/\n)?(export declare .*)$/s.exec(declaration) ?? [];
  const name = /^export declare (?:abstract )?\w+ (\w+)/.exec(code)?.[1];
  if (name === undefined) return [];
  return [`## \`${name}\``, ...prose(comment), `\`\`\`ts\n${code.trimEnd()}\n\`\`\``];
}

/** A comment as text; its tags as a list. */
function prose(comment: string): string[] {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "").trim());
  const [text = "", ...tags] = lines.join("\n").trim().split(/^@/m);
  const list = tags.map(
    (tag) =>
      `- **${tag
        .trim()
        .replace(/^(\w+)\s*/, "$1** ")
        .replace(/\s*\n\s*/g, " ")}`,
  );
  return [text.trim(), list.join("\n")].filter((part) => part !== "");
}
