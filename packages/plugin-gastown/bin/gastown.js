#!/usr/bin/env node
// Old syntax and no static import: this must run on any Node, because better-sqlite3 13 crashes those before 22.
const needed = [22, 12];
const version = process.versions.node.split(".").map(Number);

if (version[0] < needed[0] || (version[0] === needed[0] && version[1] < needed[1])) {
  console.error("Error: gastown needs Node 22.12 or newer; this is Node " + process.versions.node);
  process.exit(1);
}

Promise.all([import("node:module"), import("node:url")])
  .then(function (modules) {
    if (modules[0].enableCompileCache && !process.env.NODE_COMPILE_CACHE) {
      modules[0].enableCompileCache(modules[1].fileURLToPath(new URL("../.compile-cache", import.meta.url)));
    }
    return import("../dist/host.js");
  })
  .then(
    function (host) {
      return host.main(process.argv.slice(2));
    },
    function (error) {
      if (error && error.code === "ERR_MODULE_NOT_FOUND" && /dist.host\.js/.test(error.message)) {
        console.error("Error: gastown is not built\nHint: run `npm run build` in the repository");
      } else {
        console.error(error);
      }
      process.exitCode = 1;
    },
  );
