// One file to start with, and chunks for what each command needs beyond it, so that no command loads what it does not use.
import { bundle } from "./bundle.mjs";

await bundle({
  product: "convoy-cli",
  input: {
    cli: "src/cli.ts",
    "demo-bd": "../../test-fixtures/src/programs/bd.ts",
    "demo-gt": "../../test-fixtures/src/programs/gt.ts",
    "demo-dolt-bd": "../../test-fixtures/src/dolt/bd.ts",
    "demo-dolt-gt": "../../test-fixtures/src/dolt/gt.ts",
  },
});
