import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { faults } from "../support/doctor.ts";
import { scene, TWO_RIGS } from "../support/scene.ts";

it("finds daemons that are down, and what they left behind", async () => {
  const made = scene({ ...TWO_RIGS, daemons: false });
  const daemon = createServer().listen(join(made.town.beadsDir(), "bd.sock"));
  onTestFinished(() => void daemon.close());
  writeFileSync(join(made.town.beadsDir("beta"), "bd.sock"), "");
  expect((await faults(made)).filter((fault) => fault.startsWith("daemons/"))).toEqual([
    "daemons/down note: no daemon is running for alpha",
    "daemons/down note: no daemon is running for beta, and left a socket behind",
  ]);
});

it("finds sockets that are too long for bd activity", async () => {
  const path = `rig/${"long".repeat(20)}`;
  const made = scene({ rigs: { far: { prefix: "fa", path } }, daemons: false });
  expect((await faults(made)).filter((fault) => fault.startsWith("daemons/rig"))).toEqual([
    expect.stringMatching(/note: the path of its socket has \d+ bytes, and bd activity finds none beyond 103: /),
  ]);
});
