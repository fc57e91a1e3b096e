import type { WatchRecord } from "@gastown/convoy-core";
import { tempDir } from "@gastown/test-fixtures";
import {
  installDoltStandIns,
  loadRecordedDoltTown,
  recordedDoltTown,
  type SqlServer,
} from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import { checkTown } from "../../src/index.ts";

const recorded = recordedDoltTown() !== undefined;

/** Over whatever server it is loaded into. */
export function recordedTownSuite(server: () => SqlServer): void {
  // Its name says why, where it is left out.
  test.skipIf(!recorded)(
    "lands exactly five convoys, by force, and says why of the others (needs shared/real-town-dolt)",
    async () => {
      const dir = tempDir(onTestFinished).path;
      const town = await loadRecordedDoltTown(server(), dir);
      const tools = installDoltStandIns(`${dir}/bin`);
      const records: WatchRecord[] = [];
      const never = new AbortController().signal;
      const check = () =>
        checkTown(
          {
            town,
            version: "0.0.0",
            bd: tools.bd,
            gt: tools.gt,
            sources: [],
            sweepEvery: 30_000,
            grace: 0,
            steps: ["check", "close", "force"],
            dryRun: false,
            report: (record) => void records.push(record),
            stop: never,
            kill: never,
          },
          [],
        );
      const result = await check();
      const landed = records.flatMap((record) => (record.event === "landed" ? [[record.convoy, record.by]] : []));
      expect(landed.toSorted()).toEqual([
        ["hq-cv-21cab", "force"],
        ["hq-cv-7ggdb", "force"],
        ["hq-cv-8qpq8", "check"],
        ["hq-cv-ox8vi", "force"],
        ["hq-cv-vg3eh", "force"],
      ]);
      expect(result).toMatchObject({ complete: 5, stuck: [] });
      const skipped = records.flatMap((record) => (record.event === "skipped" ? [[record.convoy, record.reason]] : []));
      expect(skipped).toEqual([["hq-cv-1qyru", "owned"]]);
      const waiting = records.flatMap((record) =>
        record.event === "waiting" ? [[record.convoy, ...record.blockers.map(({ why }) => why)]] : [],
      );
      expect(waiting.toSorted()).toEqual([
        ["hq-cv-9rnsa", expect.stringMatching(/^al-vt9 is not closed/)],
        ["hq-cv-lim4s", "al-1kv is gone: there is no such issue in alpha"],
      ]);
      expect(
        tools.control
          .mails()
          .map(({ convoy }) => convoy)
          .toSorted(),
      ).toEqual(landed.map(([convoy]) => convoy).toSorted());

      records.length = 0;
      expect(await check()).toMatchObject({ complete: 0 });
      expect(records.filter(({ event }) => event === "checking" || event === "landed")).toEqual([]);
      const stuck = await server().query(
        "SELECT id FROM hq.issues WHERE issue_type = 'convoy' AND status <> 'closed' ORDER BY id",
      );
      expect(stuck.map((row) => row["id"])).toEqual(["hq-cv-1qyru", "hq-cv-9rnsa", "hq-cv-lim4s"]);
    },
  );
}
