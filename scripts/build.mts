// Builds what has a build: everything, or the packages named. Quiet unless it fails.
import { $, argv } from "zx";

const filters = argv._.map((name) => `--filter=${name}`);
const build = await $({ nothrow: true, quiet: true })`turbo run build ${filters}`;
if (build.exitCode !== 0) console.error(build.text());
process.exitCode = build.exitCode ?? 1;
