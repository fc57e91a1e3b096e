import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createIssue } from "../../beads/create.ts";
import { columnsOf, updateIssue, writeAsBd } from "../../beads/rows.ts";
import { appendMail, type ConvoyControl, type GtPoint } from "../../control.ts";
import { issueId } from "../../town/homes.ts";
import { databaseIn } from "../../town/places.ts";
import { err, fail, out, standInDir } from "../lib/stand-in.ts";
import { type Convoy, readConvoyRow, type Town } from "./town.ts";

const stampKey = "completion_notified_at";

interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  /** Who it is from: later gts write it in the convoy's name. */
  readonly from?: string;
}

const landedLetter = (convoy: Convoy, to: string): Letter => ({
  to,
  subject: `🚚 Convoy landed: ${convoy.title}`,
  body: `Convoy ${convoy.id} has completed.\n\nAll tracked issues are now closed.`,
});

/** Values of one key of the description, as gt reads them: any letter case, one line each. */
const valuesOf = ({ description }: Convoy, ...keys: readonly string[]): readonly string[] =>
  description.split("\n").flatMap((line) => {
    const [key = "", ...rest] = line.split(":");
    const value = rest.join(":").trim();
    return keys.includes(key.trim().toLowerCase()) && value !== "" ? [value] : [];
  });

const listOf = (convoy: Convoy, ...keys: readonly string[]): readonly string[] =>
  valuesOf(convoy, ...keys).flatMap((value) =>
    value
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean),
  );

/** Owner, Notify and Watchers, each once. */
const addresses = (convoy: Convoy, also: string | undefined): readonly string[] => {
  const single = (key: string): readonly string[] => valuesOf(convoy, key).slice(-1);
  const named = [...single("owner"), ...single("notify"), ...listOf(convoy, "watchers")];
  return [...new Set(also === undefined ? named : [...named, also])];
};

/** gt runs itself by name to send mail. */
const findsItself = (): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, "gt"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** `gt mail send`: a row in the town's database, and a line in the log of the stand-ins. */
const send = (town: Town, convoy: Convoy, { to, subject, body, from }: Letter): void => {
  writeAsBd(databaseIn(town.beadsDir).file, (db) => {
    if (!columnsOf(db, "issues").has("description")) return;
    const has = db.prepare("SELECT 1 FROM issues WHERE id = ?");
    createIssue(db, {
      id: issueId("hq", (id) => has.get(id) !== undefined),
      title: subject,
      description: body,
      assignee: to,
      type: from === undefined ? "message" : "task",
      ...(from !== undefined && { createdBy: from, labels: ["gt:message", `from:${from}`] }),
    });
  });
  if (standInDir !== undefined) appendMail(standInDir, { to, convoy: convoy.id, subject, body, time: Date.now() });
};

/** gt of 2026-01-12 writes to the first who is to be notified, and says nothing of what goes wrong. */
export const tellAsSeed = async (
  town: Town,
  convoy: Convoy,
  control: ConvoyControl,
  also: string | undefined,
): Promise<void> => {
  const [first] = valuesOf(convoy, "notify");
  for (const to of new Set([first, also]))
    if (to !== undefined && findsItself())
      await pass("mail", control, () => send(town, convoy, landedLetter(convoy, to)));
};

/** gt of 2026-04-30 writes to all, and warns when a mail fails. */
export const tellAsHead = async (
  town: Town,
  convoy: Convoy,
  control: ConvoyControl,
  also: string | undefined,
): Promise<void> => {
  for (const to of addresses(convoy, also)) await mail(town, convoy, landedLetter(convoy, to), control);
};

const mail = async (town: Town, convoy: Convoy, letter: Letter, control: ConvoyControl): Promise<void> => {
  const ofMayor = letter.subject.startsWith("Convoy complete");
  const whom = ofMayor ? "mayor/ of convoy completion" : letter.to;
  const warn = (why: string): void => err(`⚠ Warning: could not notify ${whom}: ${why}\n`);
  if (!findsItself()) return warn('exec: "gt": executable file not found in $PATH');
  if (control.unknownAddresses?.includes(letter.to) === true) return warn("exit status 1");
  if (!(await pass(ofMayor ? "mayor" : "mail", control, () => send(town, convoy, letter)))) warn("exit status 1");
};

/** gt since July 2026: all of them, the mayor in any case, and a stamp that says that it has tried. With one, nobody again. */
export const tellAsJuly = async (
  town: Town,
  convoy: Convoy,
  control: ConvoyControl,
  also: string | undefined,
): Promise<void> => {
  await pass("show", control, () => {});
  const now = readConvoyRow(town, convoy.id) ?? convoy;
  if (valuesOf(now, stampKey, "completion-notified-at", "completionnotifiedat").length > 0) return;
  const from = `convoy/${convoy.id}`;
  const named = addresses(now, undefined);
  for (const to of named) await mail(town, now, { ...landedLetter(now, to), from }, control);
  if (also !== undefined) return mail(town, now, { ...landedLetter(now, also), from }, control);
  for (const to of listOf(now, "nudge_watchers"))
    if (!(await pass("nudge", control, () => {}))) err(`⚠ Warning: could not nudge ${to}: exit status 1\n`);
  if (!named.includes("mayor/")) {
    const body = `Convoy ${convoy.id} has completed. All tracked issues are now closed.\n\nDuration: <1m`;
    await mail(town, now, { to: "mayor/", subject: `Convoy complete: ${convoy.title}`, body, from }, control);
  }
  const stamp = `${stampKey}: ${new Date().toISOString().replace(/\.\d+Z$/, "Z")}`;
  const written = await pass("stamp", control, () =>
    writeAsBd(databaseIn(town.beadsDir).file, (db) =>
      updateIssue(db, convoy.id, { description: [now.description.trimEnd(), stamp].filter(Boolean).join("\n") }),
    ),
  );
  if (!written)
    return err(`⚠ Warning: could not record convoy completion notification state for ${convoy.id}: exit status 1\n`);
  await pass("export-again", control, () => {});
};

/** A closed convoy that gt is asked about: since July it exports, and tells whoever has not been told. */
export const alreadyClosed = async (
  town: Town,
  convoy: Convoy,
  control: ConvoyControl,
  july: boolean,
): Promise<void> => {
  out(`○ Convoy ${convoy.id} is already closed\n`);
  if (!july) return;
  if (!(await pass("export", control, () => {}))) fail("Error: persisting convoy close to JSONL: exit status 1");
  await tellAsJuly(town, convoy, control, undefined);
};

/** Goes through one point of a landing: takes its time, works or fails, and may be the last that this gt does. */
export const pass = async (point: GtPoint, control: ConvoyControl, work: () => void): Promise<boolean> => {
  await sleep(control.takesMs?.[point] ?? 0);
  const fails = control.failAt?.includes(point) === true;
  if (!fails) work();
  if (control.killAfter === point) process.kill(process.pid, "SIGKILL");
  return !fails;
};
