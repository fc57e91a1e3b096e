// Brings node_modules up to what package-lock.json says, and does nothing when it is there already.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export const install = async () => {
  if (upToDate()) return true;
  const release = await holdLock("install", "Another install is at work here, waiting for it…");
  try {
    return upToDate() || npmCi();
  } finally {
    release();
  }
};

const read = (file) => JSON.parse(readFileSync(join(root, file), "utf8"));
const entries = (dependencies = {}) => JSON.stringify(Object.entries(dependencies).sort());

const declares = (manifest, entry) =>
  ["dependencies", "devDependencies", "optionalDependencies"].every(
    (field) => entries(manifest[field]) === entries(entry[field]),
  );

/** npm itself writes what it installed to node_modules/.package-lock.json, as its last step. */
const upToDate = () => {
  try {
    const installed = read("node_modules/.package-lock.json").packages;
    return Object.entries(read("package-lock.json").packages).every(([path, entry]) => {
      if (!path.includes("node_modules")) return declares(read(join(path, "package.json")), entry);
      return installed[path] ? installed[path].integrity === entry.integrity : entry.optional === true;
    });
  } catch {
    return false;
  }
};

// Without our own node_modules/.bin on PATH: the Node in there is about to be replaced.
const outsidePath = () =>
  process.env.PATH.split(delimiter)
    .filter((dir) => !dir.startsWith(join(root, "node_modules")))
    .join(delimiter);

const npmCi = () => {
  console.error("Installing dependencies (once)…");
  const npm = spawnSync(
    "npm",
    ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--no-audit", "--no-fund"],
    {
      cwd: root,
      env: { ...process.env, PATH: outsidePath() },
      encoding: "utf8",
    },
  );
  if (npm.status === 0) return true;
  console.error(`${npm.stdout ?? ""}${npm.stderr ?? ""}`);
  console.error(`Error: npm ci failed${npm.error ? `: ${npm.error.message}` : ""}`);
  console.error("Hint: if package.json and package-lock.json disagree, run npm install and commit both");
  return false;
};

// One at a time in this checkout: a file with the holder's pid, which counts only as long as that process lives.

const take = (file) => {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
};

const holderLives = (file) => {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return pid === 0 || process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
};

/** Waits for the lock, and holds it until `release` is called or the process ends. */
export const holdLock = async (name, waiting) => {
  const file = join(root, ".turbo", `${name}.lock`);
  mkdirSync(join(root, ".turbo"), { recursive: true });
  for (let told = false; !take(file); told = true) {
    if (!holderLives(file)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) console.error(waiting);
    await sleep(200);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  return () => {
    process.off("exit", release);
    release();
  };
};
