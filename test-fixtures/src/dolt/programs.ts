import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export type ServerKind = "mariadb" | "dolt";

const SYSTEM = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/usr/bin"];

/** Absolute path of the first of these programs that is there, on PATH or where systems put servers. */
export const programOf = (...names: readonly string[]): string | undefined => {
  const dirs = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM].filter((dir) => dir !== "");
  return names.flatMap((name) => dirs.map((dir) => join(dir, name))).find(isProgram);
};

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Which servers this machine can start, and in one line what is left out without the others. */
export const sqlServers = (): { readonly kinds: readonly ServerKind[]; readonly missing: string | undefined } => {
  const there = {
    mariadb: programOf("mariadbd") !== undefined && programOf("mariadb-install-db") !== undefined,
    dolt: programOf("dolt") !== undefined,
  };
  const names = { mariadb: "mariadbd (Debian: mariadb-server)", dolt: "dolt" };
  const kinds = (["mariadb", "dolt"] as const).filter((kind) => there[kind]);
  const missing = (["mariadb", "dolt"] as const).filter((kind) => !there[kind]);
  return {
    kinds,
    missing:
      missing.length === 0
        ? undefined
        : `no ${missing.map((kind) => names[kind]).join(" and no ")} here: the tests over ${missing.length === 2 ? "them" : "it"} are left out`,
  };
};
