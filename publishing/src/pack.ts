// Packs every published package as users get it, into dist/ (docs/decisions/0011).
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { layOut } from "./lay-out.ts";
import { dist, packages } from "./workspace.ts";

rmSync(dist, { recursive: true, force: true });
const dirs = packages().map(layOut);
const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", dist, ...dirs], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "pipe"],
});
writeFileSync(join(dist, "packed.json"), packed);
