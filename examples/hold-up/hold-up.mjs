// What does this issue hold up? node hold-up.mjs TOWN ISSUE
import { createTownStore, judge, printable } from "@gastown/convoy-core";
import { openTown } from "@gastown/sqlite-resolver";

const [town, issue] = process.argv.slice(2);
if (issue === undefined) {
  console.error("Usage: node hold-up.mjs TOWN ISSUE");
  process.exit(2);
}

const files = openTown({ town, now: () => performance.now() });
try {
  const store = createTownStore(files.databases);
  const tracking = (await store.convoysTracking([issue])).get(issue) ?? [];
  const convoys = [...(await store.readConvoys(tracking)).values()];
  for (const convoy of convoys) {
    const { blockers, done, total } = judge(convoy);
    const held = blockers.some(({ id }) => id === issue);
    const others = blockers.filter(({ id }) => id !== issue).map(({ id }) => printable(id));
    const rest = others.length === 0 ? "nothing else is missing" : `so do ${others.join(", ")}`;
    // Titles are written by agents: `printable` leaves nothing in them that could steer a terminal.
    const name = `${printable(convoy.id)} "${printable(convoy.title, 60)}"`;
    console.log(held ? `holds up ${name}, ${done} of ${total} done; ${rest}` : `no longer holds up ${name}`);
  }
  if (convoys.length === 0) console.log("holds up no convoy");
} finally {
  files.close();
}
