import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const RULE = "-".repeat(80);

/**
 * The notices of the packages that these modules come from, read from node_modules.
 *
 * @throws when a package does not say under which licence it may be passed on
 */
export async function thirdPartyLicences(product, moduleIds) {
  const dirs = new Set(
    moduleIds.flatMap((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id) ?? []),
  );
  const notices = await Promise.all([...dirs].map(noticeOf));
  const intro = `${product} is MIT (see LICENSE). Its bundle contains parts of these packages, under the licences below.`;
  return [intro, ...notices.sort()].join(`\n${RULE}\n\n`);
}

async function noticeOf(dir) {
  const { name, version, license } = JSON.parse(await readFile(join(dir, "package.json"), "utf8"));
  const file = (await readdir(dir)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (typeof license !== "string") throw new Error(`${name} names no licence in its package.json`);
  if (file === undefined) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${(await readFile(join(dir, file), "utf8")).trim()}\n\n`;
}
