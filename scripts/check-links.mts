// Every link and image of a page leads to a file of the repository, every anchor to a heading, and every file that the pages about
// the code name is there. Asks nothing of the network.
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { $ } from "zx";
import { type Page, parsePage } from "./markdown.mts";

/** They name files without linking to them. */
const ABOUT_CODE = ["ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md"];
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const NAMES_FILE = /^[\w@.-]+(?:\/[\w@.-]+)+\/?$|^[\w.-]+\.(?:ts|mts|mjs|js|json|md)$/;

const tracked = (await $({ quiet: true })`git ls-files --cached --others --exclude-standard`).lines();
const names = new Set(tracked.flatMap((file) => [file, ...foldersOf(file)]));
const pages = new Map(
  tracked
    .filter((file) => file.endsWith(".md"))
    .map((file): [string, Page] => [file, parsePage(readFileSync(file, "utf8"))]),
);

const faults = [...pages].flatMap(([file, page]) => [
  ...page.links.filter((link) => !SCHEME.test(link)).flatMap((link) => faultOf(file, link)),
  ...(ABOUT_CODE.includes(file)
    ? page.code.filter((code) => !isThere(code)).map((code) => `${file}: \`${code}\`: no such file`)
    : []),
]);
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}

function faultOf(file: string, link: string): string[] {
  const [path = "", anchor] = decodeURI(link).split("#");
  const target = path === "" ? file : posix.join(posix.dirname(file), path).replace(/\/$/, "");
  if (!names.has(target)) return [`${file}: ${link}: no such file`];
  if (anchor === undefined || pages.get(target)?.anchors.has(anchor)) return [];
  return [`${file}: ${link}: no such heading`];
}

/** Whether what looks like a file is one: by its path, or by the end of it, as in \`work-queue.ts\`. */
function isThere(code: string): boolean {
  if (!NAMES_FILE.test(code)) return true;
  const name = code.replace(/\/$/, "");
  return names.has(name) || [...names].some((known) => known.endsWith(`/${name}`));
}

function foldersOf(file: string): string[] {
  const parent = posix.dirname(file);
  return parent === "." ? [] : [parent, ...foldersOf(parent)];
}
