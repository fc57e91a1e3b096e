import { dirname } from "node:path";
import { runCommand } from "../../../src/index.ts";

const [program = "", outputDir = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const output = { dir: outputDir, name: "run" };
await runCommand(program, [], { cwd: dirname(program), env: process.env, timeout: 20_000, signal, output });
