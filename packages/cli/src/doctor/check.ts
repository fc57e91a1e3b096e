/** What the doctor looks at, in this order. */
export const GROUPS = ["runtime", "town", "databases", "routes", "tools", "daemons", "watcher", "convoys"] as const;
export type Group = (typeof GROUPS)[number];

/** One finding. `note`: worth knowing, and nothing that stops the watcher. `wrong`: mend it. */
export type Finding = (
  | { readonly name: string; readonly level: "good"; readonly fact: string }
  | { readonly name: string; readonly level: "note" | "wrong"; readonly fact: string; readonly hint: string }
) & {
  /** What decided each part of a database's address: a variable, a file, or `default`. */
  readonly decidedBy?: Readonly<Record<string, string>>;
};

export type Check = Finding & { readonly group: Group };

export function good(name: string, fact: string): Finding {
  return { name, level: "good", fact };
}

export function note(name: string, fact: string, hint: string): Finding {
  return { name, level: "note", fact, hint };
}

export function wrong(name: string, fact: string, hint: string): Finding {
  return { name, level: "wrong", fact, hint };
}

/** What this program needs to run on. */
const NEEDED = { Node: [22, 14], Deno: [2, 9], Bun: [1, 4] } as const;

/** Whether the runtime is new enough. Without it better-sqlite3 crashes, so `bin` refuses an old Node before this is read. */
export function checkRuntime(versions: Readonly<Record<string, string | undefined>> = process.versions): Finding[] {
  const name = versions["deno"] !== undefined ? "Deno" : versions["bun"] !== undefined ? "Bun" : "Node";
  const version = versions[name.toLowerCase()] ?? "";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [needMajor, needMinor] = NEEDED[name];
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return [good(name, version)];
  return [wrong(name, `${version} is too old`, `install ${name} ${needMajor}.${needMinor} or newer`)];
}
