import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const modules: string = fileURLToPath(new URL("../../../../node_modules", import.meta.url));

const { platform, arch } = process;

/** The repository's own Deno. */
export const deno: string = join(
  modules,
  "@deno",
  `${platform}-${arch}${platform === "linux" ? "-glibc" : ""}`,
  "deno",
);

/** The repository's own Node, and where it has none, the runtime that runs this. */
export const node: string =
  [join(modules, `node-${platform}-${arch}`, "bin", "node")].find((file) => existsSync(file)) ?? process.execPath;

/** The repository's own Bun; undefined where it has none. */
export const bun: string | undefined = [
  join(modules, "@oven", `bun-${platform}-${arch.replace("arm64", "aarch64")}`, "bin", "bun"),
].find((file) => existsSync(file));
