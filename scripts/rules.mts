// The repository's own rules, which no linter knows. Asks nothing of the network.
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import { lexer, type Token, type Tokens, walkTokens } from "marked";
import { parse } from "yaml";
import { $ } from "zx";
import { packages, readJson } from "./workspace.mts";

/** Pages that name files without their folders as well. */
const ABOUT_CODE = ["ARCHITECTURE.md", "CONTRIBUTING.md", "AGENTS.md"];

const tracked = (await $({ quiet: true })`git ls-files --cached --others --exclude-standard`)
  .lines()
  .filter((file) => existsSync(file));
const faults = [
  ...dependencies(),
  ...installScripts(),
  ...tracked.filter((file) => /^\.github\/workflows\/.+\.ya?ml$/.test(file)).flatMap(workflow),
  ...pages(),
  ...(await localNames()),
];
if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exitCode = 1;
}

/** Every dependency has an exact version, and its reason in docs/decisions. */
function dependencies(): string[] {
  const pagesOfDecisions = tracked.filter((file) => /^docs\/decisions\/.+\.md$/.test(file));
  const reasons = pagesOfDecisions.map((file) => readFileSync(file, "utf8")).join("\n");
  return ["package.json", ...packages().map(({ dir }) => `${dir}/package.json`)].flatMap((file) => {
    const manifest = readJson(file) as Record<string, Record<string, string> | undefined>;
    return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
      .flatMap((kind) => Object.entries(manifest[kind] ?? {}))
      .filter(([name]) => !name.startsWith("@gastown/"))
      .flatMap(([name, version]) => [
        ...(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version) ? [] : [`${file}: ${name} has no exact version`]),
        ...(reasons.includes(`\`${name}\``) ? [] : [`${file}: ${name} has no reason in docs/decisions`]),
      ]);
  });
}

/** No package may need a script at its installation: none is run here. The lock file holds no address. */
function installScripts(): string[] {
  interface Entry {
    hasInstallScript?: boolean;
    resolved?: string;
    link?: boolean;
  }
  const entries = Object.entries((readJson("package-lock.json") as { packages: Record<string, Entry> }).packages);
  return [
    ...entries.flatMap(([path, entry]) => (entry.hasInstallScript ? [`${path} has an install script`] : [])),
    ...entries.flatMap(([path, { resolved, link }]) =>
      resolved && !link ? [`${path} names the address it was fetched from`] : [],
    ),
    ...(/^ignore-scripts=true$/m.test(readFileSync(".npmrc", "utf8")) ? [] : [".npmrc: no ignore-scripts=true"]),
  ];
}

/** Workflows may do nothing that a job does not name, and run only actions that are pinned by commit. */
function workflow(file: string): string[] {
  interface Job {
    permissions?: unknown;
    "timeout-minutes"?: number;
    steps?: { uses?: string; with?: Record<string, unknown> }[];
  }
  const { permissions, jobs } = parse(readFileSync(file, "utf8")) as {
    permissions?: unknown;
    jobs: Record<string, Job>;
  };
  const ofJob = (job: Job): string[] => [
    ...(typeof job.permissions === "object" ? [] : ["does not name its permissions"]),
    ...(job["timeout-minutes"] === undefined ? ["has no time limit"] : []),
    ...(job.steps ?? []).flatMap(({ uses = "", with: options }) => [
      ...(uses === "" || /@[0-9a-f]{40}$/.test(uses) ? [] : [`runs ${uses}, which is not pinned by commit`]),
      ...(uses.startsWith("actions/checkout@") && options?.["persist-credentials"] !== false
        ? ["leaves its credentials in the checkout"]
        : []),
    ]),
  ];
  return [
    ...(JSON.stringify(permissions) === "{}" ? [] : [`${file}: does not begin without permissions`]),
    ...Object.entries(jobs).flatMap(([name, job]) => ofJob(job).map((fault) => `${file}: ${name} ${fault}`)),
  ];
}

/** Every link and image of a page leads to a file, every anchor to a heading, and what is named as a file is there. */
function pages(): string[] {
  const foldersOf = (file: string): string[] =>
    posix.dirname(file) === "." ? [] : [posix.dirname(file), ...foldersOf(posix.dirname(file))];
  const names = new Set(tracked.flatMap((file) => [file, ...foldersOf(file)]));
  const parsed = new Map(tracked.filter((file) => file.endsWith(".md")).map((file) => [file, parsePage(file)]));
  const isThere = (code: string): boolean =>
    !/^[\w@.-]+(?:\/[\w@.-]+)+\/?$|^[\w.-]+\.(?:ts|mts|mjs|js|json|md)$/.test(code) ||
    [...names].some((name) => `/${name}`.endsWith(`/${code.replace(/\/$/, "")}`));
  const isLost = (file: string, link: string): boolean => {
    const [path = "", anchor] = decodeURI(link).split("#");
    const target = path === "" ? file : posix.join(posix.dirname(file), path).replace(/\/$/, "");
    return !names.has(target) || (anchor !== undefined && parsed.get(target)?.anchors.has(anchor) !== true);
  };
  return [...parsed].flatMap(([file, { links, code }]) => [
    ...links
      .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link) && isLost(file, link))
      .map((link) => `${file}: ${link}: leads nowhere`),
    ...code
      .filter(
        (name) =>
          ABOUT_CODE.includes(file) || /^(?:bench|demo|docs|packages|publishing|scripts|test-fixtures)\//.test(name),
      )
      .filter((name) => !isThere(name))
      .map((name) => `${file}: \`${name}\`: no such file`),
  ]);
}

function parsePage(file: string): { links: string[]; code: string[]; anchors: Set<string> } {
  const page = { links: [] as string[], code: [] as string[], anchors: new Set<string>() };
  const slugger = new GithubSlugger();
  const plain = (token: Token): string =>
    "tokens" in token && token.tokens ? token.tokens.map(plain).join("") : "text" in token ? String(token.text) : "";
  void walkTokens(lexer(readFileSync(file, "utf8")), (token) => {
    if (token.type === "link" || token.type === "image") page.links.push((token as Tokens.Link).href);
    if (token.type === "codespan") page.code.push((token as Tokens.Codespan).text);
    if (token.type === "heading") page.anchors.add(slugger.slug(plain(token)));
  });
  return page;
}

/** No tracked file names a package registry's host or a directory of somebody's machine. */
async function localNames(): Promise<string[]> {
  const registry = new URL((await $({ quiet: true })`npm config get registry`).stdout.trim()).hostname;
  const here = process.cwd().split("/").length > 2 ? ["-e", `${process.cwd()}/`] : [];
  const patterns = [
    String.raw`\bregistry\.[a-z0-9-]+\.[a-z]{2,}`,
    String.raw`(^|[^A-Za-z0-9._-])/((home|Users)/[a-z]+|root)/`,
  ].flatMap((pattern) => ["-e", pattern]);
  const found = await Promise.all([
    $({ nothrow: true, quiet: true })`git grep -nIF -e ${registry} ${here}`,
    $({ nothrow: true, quiet: true })`git grep -nIE ${patterns}`,
  ]);
  // Homebrew's prefix on Linux is the same on every machine, although it looks like somebody's home.
  const lines = found
    .flatMap((grep) => grep.lines())
    .filter((line) => !line.includes('"/home/linuxbrew/.linuxbrew/bin"'));
  return [...lines, ...found.filter((grep) => (grep.exitCode ?? 2) > 1).map((grep) => grep.stderr)];
}
