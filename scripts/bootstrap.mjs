// `npm run <task>` on a machine with any Node from 18 on and nothing installed: installs once, then runs the task with the
// repository's own Node.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { holdLock, install, root } from "./install.mjs";

const build = (name) => ["node_modules/turbo/bin/turbo", "run", "build", ...(name ? [`--filter=${name}`] : [])];
const tasks = {
  build: [build()],
  test: [["scripts/test.mts"]],
  pack: [build("@gastown/publishing"), ["publishing/src/packed.ts"]],
  lint: [["scripts/lint.mts"]],
  tally: [["scripts/tally.mts"]],
  simulate: [["packages/core/simulation/main.ts"]],
  oracle: [["packages/sqlite-resolver/test/oracle/main.ts"]],
  soak: [build("@gastown/convoy-cli"), ["scripts/soak.mts"]],
  demo: [build("@gastown/convoy-cli"), ["packages/cli/bin/convoy-cli.js", "demo"]],
  bench: [build("@gastown/convoy-cli"), ["bench/src/main.ts"]],
};

const atLeast = (version, major, minor) => {
  const [haveMajor, haveMinor] = version.split(".").map(Number);
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
};

const fail = (error, hint) => {
  console.error(`Error: ${error}\nHint: ${hint}`);
  process.exit(1);
};

const ownNode = () => {
  const own = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(own)) return own;
  if (atLeast(process.versions.node, 22, 18)) return process.execPath;
  return fail(
    `no Node of its own for ${process.platform}-${process.arch}, and this one is ${process.versions.node}`,
    "install Node 22.18 or newer",
  );
};

const environment = () => ({
  ...process.env,
  PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
  NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "compile"),
  TURBO_TELEMETRY_DISABLED: "1",
});

/** A build is quiet unless it fails. */
const run = (args) =>
  new Promise((done) => {
    const quiet = args.includes("build");
    const stdio = quiet ? ["inherit", "pipe", "pipe"] : "inherit";
    const child = spawn(ownNode(), args, { cwd: root, env: environment(), stdio });
    const said = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes) => said.push(bytes));
    // On a terminal Ctrl-C reaches the child by itself; a second one would mean "at once".
    process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    process.on("SIGHUP", () => child.kill("SIGHUP"));
    child.on("close", (code, signal) => {
      if (code !== 0) process.stderr.write(Buffer.concat(said));
      done(signal ? 128 + constants.signals[signal] : code);
    });
  });

const main = async (task, args) => {
  if (!atLeast(process.versions.node, 18, 0))
    fail(`Node ${process.versions.node} is too old to start from`, "install Node 18 or newer");
  const steps = tasks[task];
  if (!steps) fail(`no task ${task}`, `the tasks are ${Object.keys(tasks).join(", ")}`);
  if (!(await install())) return 1;
  if (task === "test") await holdLock("test", "Another test run is at work here, waiting for it…");
  for (const [index, step] of steps.entries()) {
    const status = await run(index === steps.length - 1 ? [...step, ...args] : step);
    if (status !== 0) return status;
  }
  return 0;
};

process.exitCode = await main(process.argv[2], process.argv.slice(3));
