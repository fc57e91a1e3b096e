import { createTownStore } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import { buildDoltTown, type DoltTown, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { manualTime } from "../support/statements.ts";
import { openStore } from "../support/stores.ts";

let serial = 0;

/** Issues that are not there any more. */
export function goneSuite(server: () => SqlServer, kind: string): void {
  const newTown = async (): Promise<DoltTown> => {
    const town = await buildDoltTown(`${tempDir(onTestFinished).path}/town`, server(), {
      namespace: `g${(serial += 1)}_`,
    });
    await town.beads("alpha").issue({ id: "al-1" });
    await town.beads().convoy({ id: "hq-cv-a", tracks: ["external:al:al-1"] });
    return town;
  };
  const tracked = (town: DoltTown) => {
    const time = manualTime();
    const store = createTownStore(openStore(town.dir).files.databases, { now: time.now });
    return {
      time,
      read: async () => {
        const issue = (await store.readConvoys(["hq-cv-a"])).get("hq-cv-a")?.tracked[0];
        return [issue?.state, issue?.why];
      },
    };
  };
  const gone = "al-1 is gone: there is no such issue in alpha";

  test("one that was seen done and is purged since stays done; one that was open does not become so", async () => {
    const town = await newTown();
    const { read } = tracked(town);
    await town.beads("alpha").close("al-1");
    expect(await read()).toEqual(["done", undefined]);
    await town.beads("alpha").setStatus("al-1", "open", "reopened");
    expect(await read()).toEqual(["open", undefined]);
    await town.beads("alpha").close("al-1");
    expect(await read()).toEqual(["done", undefined]);
    await town.beads("alpha").remove("al-1");
    expect(await read()).toEqual(["done", undefined]);
  });

  test("after ten minutes the reason names the command, and which other database has it", async () => {
    const town = await newTown();
    await town.beads("alpha").remove("al-1");
    await town.beads("beta").issue({ id: "al-1", status: "closed" });
    const { read, time } = tracked(town);
    const there = `there is one in the database ${town.beads("beta").database} of that server`;
    expect(await read()).toEqual(["unknown", expect.stringContaining(`${gone}; `)]);
    expect(await read()).toEqual(["unknown", expect.stringMatching(new RegExp(`${there}$`))]);
    time.pass(600_000);
    expect(await read()).toEqual([
      "unknown",
      expect.stringMatching(/; if it was done, close the convoy with: gt convoy close hq-cv-a --force$/),
    ]);
  });

  test.runIf(kind === "dolt")("after a restart the history says whether it was done", async () => {
    const town = await newTown();
    const alpha = town.beads("alpha").database;
    const commit = (): Promise<unknown> =>
      server().query(`USE ${alpha}; CALL DOLT_COMMIT('-Am', 'as bd does after each command')`);
    await commit();
    await town.beads("alpha").close("al-1");
    await commit();
    await town.beads("alpha").remove("al-1");
    expect(await tracked(town).read()).toEqual(["done", undefined]);
    await commit();
    expect(await tracked(town).read()).toEqual(["done", undefined]);
    await town.beads("alpha").issue({ id: "al-1" });
    await commit();
    await town.beads("alpha").remove("al-1");
    await commit();
    expect(await tracked(town).read()).toEqual([
      "unknown",
      expect.stringContaining(`${gone}; it was open when it was deleted`),
    ]);
  });
}
