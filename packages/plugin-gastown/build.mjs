// Plugin, host and contract suite, with shared chunks, so that all three have the same classes; and the types of what is exported.
// @boundaries-ignore a script that the packages with a bundle share
import { bundle } from "../cli/bundle.mjs";
import { writeDeclarations } from "./declarations.mjs";

await bundle({
  product: "plugin-gastown",
  input: { index: "src/index.ts", host: "src/host/cli.ts", "contract-suite": "src/contract-suite.ts" },
  keep: ["types"],
});
await writeDeclarations(["index", "contract-suite"], "src", "dist/types");
