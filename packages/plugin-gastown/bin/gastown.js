#!/usr/bin/env node
// Old syntax and no static import: this must run on any Node, because better-sqlite3 13 crashes those without Node-API 10.
const version = process.versions.node.split(".").map(Number);

if (version[0] < 22 || (version[0] === 22 && version[1] < 14) || (version[0] === 23 && version[1] < 6)) {
  console.error("Error: gastown needs Node 22.14, 23.6 or newer; this is Node " + process.versions.node);
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
