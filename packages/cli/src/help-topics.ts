/** Pages that are shipped with the program, by the name under which `help` prints them, and where they are in docs/. */
export const HELP_TOPICS: Readonly<Record<string, string>> = {
  errors: "errors.md",
  hooks: "guides/hooks.md",
  "merge-gate": "guides/merge-gate.md",
  records: "reference/records.md",
  settings: "reference/settings.md",
  deno: "guides/deno.md",
};
