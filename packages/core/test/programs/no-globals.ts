// Imported before the core: whatever of the host it touches from here on ends the program.
const forbidden = [
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "process",
  "Buffer",
  "fetch",
  "performance",
  "crypto",
  "require",
  "Deno",
];

for (const name of forbidden) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      throw new Error(`the core must not touch ${name}`);
    },
  });
}
Date.now = () => {
  throw new Error("the core must not look at a clock");
};
Math.random = () => {
  throw new Error("the core must not throw dice");
};
