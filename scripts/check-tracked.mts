// No tracked file names a package registry's host or a directory of somebody's machine.
import { $ } from "zx";

const registry = new URL((await $({ quiet: true })`npm config get registry`).stdout.trim()).hostname;
const here = process.cwd().split("/").length > 2 ? [`${process.cwd()}/`] : [];
const literals = [registry, ...here];
const patterns = [
  String.raw`\bregistry\.[a-z0-9-]+\.[a-z]{2,}`,
  String.raw`(^|[^A-Za-z0-9._-])/((home|Users)/[a-z]+|root)/`,
];

const found = await Promise.all([
  ...literals.map((text) => $({ nothrow: true, quiet: true })`git grep -nIF -e ${text}`),
  ...patterns.map((pattern) => $({ nothrow: true, quiet: true })`git grep -nIE -e ${pattern}`),
]);
// Homebrew's prefix on Linux is the same on every machine, although it looks like somebody's home.
const lines = found
  .flatMap((grep) => grep.lines())
  .filter((line) => !line.includes('"/home/linuxbrew/.linuxbrew/bin"'));
if (lines.length > 0 || found.some((grep) => (grep.exitCode ?? 2) > 1)) {
  console.error(lines.join("\n"), ...found.map((grep) => grep.stderr).filter(Boolean));
  process.exitCode = 1;
}
