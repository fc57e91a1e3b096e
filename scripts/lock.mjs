// One at a time in this checkout: a file with the holder's pid, which counts only as long as that process lives.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./root.mjs";

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
