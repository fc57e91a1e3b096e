/** What the doctor looks at. */
export type Group = "runtime" | "town" | "databases" | "routes" | "tools" | "daemons" | "watcher" | "convoys";

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
