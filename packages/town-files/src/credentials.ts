import { join } from "node:path";
import { type Environment, type Files, textOr } from "./files.ts";
import { textOf } from "./metadata.ts";
import { type Said, said } from "./variables.ts";

/** Where bd looks passwords up: `BEADS_CREDENTIALS_FILE`, else in the user's own configuration. */
export function credentialsFileOf(env: Environment): string | undefined {
  const named = textOf(env["BEADS_CREDENTIALS_FILE"]);
  if (named !== undefined) return named;
  const home = textOf(env["HOME"]);
  return home === undefined ? undefined : join(home, ".config", "beads", "credentials");
}

/** The password of a server: the environment's, else that of its `[host:port]` in the credentials file. */
export function passwordOf(host: string, port: number, env: Environment, files: Files): Said | undefined {
  for (const name of ["BEADS_DOLT_PASSWORD", "GT_DOLT_PASSWORD"]) {
    const value = env[name];
    if (value !== undefined && value !== "") return { value, by: name };
  }
  const file = credentialsFileOf(env);
  return file === undefined ? undefined : said(file, lookUp(textOr(files, file), `${host}:${port}`));
}

/** As bd reads it: `#` begins a comment, wherever it stands. */
function lookUp(text: string, section: string): string | undefined {
  let inside = false;
  for (const line of text.split("\n")) {
    const [content = ""] = line.split("#");
    const trimmed = content.trim();
    const header = /^\[(.*)\]$/.exec(trimmed)?.[1];
    if (header !== undefined) {
      if (inside) return undefined;
      inside = header === section;
    }
    const value = inside ? /^password\s*=(.*)$/.exec(trimmed)?.[1]?.trim() : undefined;
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}
