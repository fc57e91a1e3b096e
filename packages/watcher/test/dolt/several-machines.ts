import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseError, type WatchRecord } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import {
  buildDoltTown,
  createDoltBeads,
  type DoltTown,
  installDoltStandIns,
  type SqlServer,
} from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { openFiles } from "../../src/databases.ts";
import { checkTown, systemClock, TownLockedError, watchTown, type WatchTownOptions } from "../../src/index.ts";
import { createTownLead } from "../../src/leadership.ts";

const soon = { timeout: 20_000, interval: 20 };
let serial = 0;

interface Machine {
  readonly records: WatchRecord[];
  readonly options: WatchTownOptions;
  readonly mails: () => readonly string[];
  start(): Machine;
  stop(): Promise<void>;
  has(event: WatchRecord["event"], text: string): boolean;
}

/** A town, and copies of it as other machines have them: its server is one and the same. */
export function severalMachinesSuite(server: () => SqlServer): void {
  const newTown = async (): Promise<DoltTown> => {
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), {
      namespace: `m${(serial += 1)}_`,
    });
    await town.beads("alpha").issue({ id: "al-1" });
    await town.beads().convoy({ id: "hq-cv-a", title: "The one", tracks: ["external:al:al-1"] });
    return town;
  };

  const machine = (town: DoltTown, steps: WatchTownOptions["steps"] = ["check", "close", "force"]): Machine => {
    const dir = tempDir(onTestFinished).path;
    cpSync(town.dir, `${dir}/town`, { recursive: true });
    const tools = installDoltStandIns(`${dir}/bin`);
    const records: WatchRecord[] = [];
    const stop = new AbortController();
    let running: Promise<void> = Promise.resolve();
    const options: WatchTownOptions = {
      town: `${dir}/town`,
      version: "0.0.0",
      bd: tools.bd,
      gt: tools.gt,
      sources: ["db"],
      sweepEvery: 500,
      grace: 0,
      steps,
      dryRun: false,
      report: (record) => void records.push(record),
      stop: stop.signal,
      kill: new AbortController().signal,
    };
    const self: Machine = {
      records,
      options,
      mails: () => tools.control.mails().map(({ convoy }) => convoy),
      start() {
        running = watchTown(options);
        running.catch(() => undefined);
        onTestFinished(self.stop);
        return self;
      },
      async stop() {
        stop.abort("test");
        await running;
      },
      has: (event, text) => records.some((record) => record.event === event && JSON.stringify(record).includes(text)),
    };
    return self;
  };

  test("one leads, the others stand by and say for whom; when it stops, one takes over", async () => {
    const town = await newTown();
    const first = machine(town).start();
    await expect.poll(() => first.has("watching", ""), soon).toBe(true);
    const second = machine(town).start();
    await expect.poll(() => second.has("warning", "leads this town: standing by"), soon).toBe(true);
    expect(second.has("watching", "")).toBe(false);
    await expect(checkTown({ ...machine(town).options }, [])).rejects.toBeInstanceOf(TownLockedError);
    await first.stop();
    await expect.poll(() => second.has("watching", ""), soon).toBe(true);
    expect(second.has("warning", "this watcher leads the town now")).toBe(true);
    const lead = (one: Machine) =>
      one.records.flatMap((record) =>
        record.event === "source" && record.name === "lead" ? [[record.state, record.detail]] : [],
      );
    expect(lead(first)).toEqual([["up", "this watcher leads the town"]]);
    expect(lead(second)).toEqual([
      ["down", expect.stringMatching(/^the watcher .* leads the town$/)],
      ["up", "this watcher leads the town"],
    ]);
    await town.beads("alpha").close("al-1");
    await expect.poll(() => second.has("landed", "hq-cv-a"), soon).toBe(true);
    expect([...first.mails(), ...second.mails()]).toEqual(["hq-cv-a"]);
  });

  test("a leader whose connection is cut leads on when nobody else does, and lands once", async () => {
    const town = await newTown();
    const only = machine(town).start();
    await expect.poll(() => only.has("watching", ""), soon).toBe(true);
    await server().stop("SIGKILL");
    await expect
      .poll(() => only.records.some((record) => record.event === "source" && record.state === "down"), soon)
      .toBe(true);
    await server().start();
    await town.beads("alpha").close("al-1");
    await expect.poll(() => only.has("landed", "hq-cv-a"), soon).toBe(true);
    expect(only.mails()).toEqual(["hq-cv-a"]);
  });

  test("a leader whose lock another one got while it was cut off stands by, and runs nothing", async () => {
    const town = await newTown();
    const first = machine(town).start();
    await expect.poll(() => first.has("watching", ""), soon).toBe(true);
    const second = machine(town).start();
    await expect.poll(() => second.has("warning", "standing by"), soon).toBe(true);
    // The one that was cut off may be back before the other one asks: then it is cut off once more.
    const taken = async (): Promise<boolean> => {
      if (!second.has("warning", "this watcher leads the town now")) await cutHolder(server(), `m${serial}_hq`);
      return second.has("warning", "this watcher leads the town now");
    };
    await expect.poll(taken, { timeout: 20_000, interval: 3_000 }).toBe(true);
    await town.beads("alpha").close("al-1");
    await expect.poll(() => first.has("warning", "leads this town now: standing by"), soon).toBe(true);
    await expect.poll(() => second.has("landed", "hq-cv-a") || second.has("complete", "hq-cv-a"), soon).toBe(true);
    await expect.poll(() => town.beads().status("hq-cv-a"), soon).toBe("closed");
    await expect.poll(() => [...first.mails(), ...second.mails()], soon).toEqual(["hq-cv-a"]);
  });

  test("a town that moves to the server while it is watched has a leader from then on", async () => {
    const namespace = `m${(serial += 1)}_`;
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), { namespace, sqlite: ["hq"] });
    await createDoltBeads(server(), `${namespace}hq`);
    const first = machine(town).start();
    await expect.poll(() => first.has("watching", ""), soon).toBe(true);
    expect(first.has("source", "lead")).toBe(false);
    const metadata = readFileSync(`${town.dir}/alpha/.beads/metadata.json`, "utf8").replace("alpha", "hq");
    const move = (one: Machine): void => writeFileSync(`${one.options.town}/.beads/metadata.json`, metadata);
    move(first);
    await expect.poll(() => first.has("source", "this watcher leads the town"), soon).toBe(true);
    const second = machine(town);
    move(second);
    second.start();
    await expect.poll(() => second.has("warning", "leads this town: standing by"), soon).toBe(true);
  });

  test("metadata that are half written say nothing of a lock; once they are whole, there is one", async () => {
    const town = await newTown();
    const file = `${town.dir}/.beads/metadata.json`;
    const whole = readFileSync(file, "utf8");
    writeFileSync(file, whole.slice(0, 20));
    const opened = openFiles(town.dir);
    const lock = createTownLead(opened, systemClock);
    onTestFinished(() => {
      lock.release();
      opened.close();
    });
    await expect(lock.take()).rejects.toBeInstanceOf(DatabaseError);
    expect(lock.isProved(60_000)).toBe(false);
    writeFileSync(file, whole);
    await expect.poll(async () => (await lock.take().catch(() => undefined))?.held, soon).toBe(true);
    const [row] = await server().query(`SELECT is_used_lock('${lockOf(`m${serial}_hq`)}') AS holder`);
    expect(Number(row?.["holder"])).toBeGreaterThan(0);
  });

  test("the server goes in the middle of a landing: what was closed is not announced again, what was not is landed once", async () => {
    const town = await newTown();
    const only = machine(town).start();
    await expect.poll(() => only.has("watching", ""), soon).toBe(true);
    await town.beads("alpha").close("al-1");
    await expect.poll(() => only.has("checking", "hq-cv-a"), soon).toBe(true);
    await server().stop("SIGKILL");
    await server().start();
    await expect.poll(() => town.beads().status("hq-cv-a"), soon).toBe("closed");
    await expect.poll(() => only.has("landed", "hq-cv-a") || only.has("skipped", "hq-cv-a"), soon).toBe(true);
    expect(only.mails()).toEqual(["hq-cv-a"]);
  });
}

function lockOf(database: string): string {
  return `convoy-watcher.${createHash("sha256").update(database).digest("hex").slice(0, 40)}`;
}

/** Ends the connection that holds the town's lock. */
async function cutHolder(server: SqlServer, database: string): Promise<void> {
  const [row] = await server.query(`SELECT is_used_lock('${lockOf(database)}') AS holder`);
  if (Number(row?.["holder"]) > 0) await server.query(`KILL ${Number(row?.["holder"])}`);
}
