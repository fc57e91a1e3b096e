// One file to start with, and chunks for what each command needs beyond it, so that no command loads what it does not use.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { bundle } from "./bundle.mjs";
import { manPage } from "./man-page.ts";
import { HELP_TOPICS } from "./src/program.ts";
import { createProgram } from "./src/program.ts";

const MAN_PAGE = "convoy-cli.1";

await mkdir("dist", { recursive: true });
await writeFile(`dist/${MAN_PAGE}`, manPage(createProgram(() => undefined)));
await mkdir("dist/help", { recursive: true });
for (const [topic, page] of Object.entries(HELP_TOPICS)) await copyFile(`../../docs/${page}`, `dist/help/${topic}.md`);
await bundle({
  product: "convoy-cli",
  keep: [MAN_PAGE, "help"],
  input: {
    cli: "src/program.ts",
    "demo-bd": "../../test-fixtures/src/programs/bd.ts",
    "demo-gt": "../../test-fixtures/src/programs/gt.ts",
    "demo-dolt-bd": "../../test-fixtures/src/dolt/bd.ts",
    "demo-dolt-gt": "../../test-fixtures/src/dolt/gt.ts",
  },
});
