import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseRoutes, routeOf } from "../src/index.ts";

test("routes as gt writes them", () => {
  const text = `{"prefix":"hq-","path":"."}\n{"prefix":"gt-","path":"gastown"}\n{"prefix":"bd-","path":"beads/mayor/rig"}\n`;
  expect(parseRoutes(text)).toEqual({
    routes: [
      { prefix: "hq-", path: "." },
      { prefix: "gt-", path: "gastown" },
      { prefix: "bd-", path: "beads/mayor/rig" },
    ],
    rejected: [],
  });
});

test("byte order mark, CRLF, blank lines and comments cost nothing", () => {
  const text = `\uFEFF{"prefix":"hq-","path":"."}\r\n\r\n  \r\n# a rig of old: {"prefix":"x-","path":"x"}\r\n  {"prefix":"gt-","path":"gastown","note":"kept"}  \r\n`;
  expect(parseRoutes(text)).toEqual({
    routes: [
      { prefix: "hq-", path: "." },
      { prefix: "gt-", path: "gastown" },
    ],
    rejected: [],
  });
});

test.for([
  ["{", "not JSON"],
  ["gt- gastown", "not JSON"],
  ["null", "not an object"],
  ["7", "not an object"],
  [`"gt-"`, "not an object"],
  [`["gt-","gastown"]`, "no prefix"],
  [`{"path":"gastown"}`, "no prefix"],
  [`{"prefix":"","path":"gastown"}`, "no prefix"],
  [`{"prefix":1,"path":"gastown"}`, "no prefix"],
  [`{"prefix":"gt-"}`, "no path"],
  [`{"prefix":"gt-","path":""}`, "no path"],
  [`{"prefix":"gt-","path":"../gastown"}`, "its path leads out of the town"],
  [`{"prefix":"gt-","path":"a/../../b"}`, "its path leads out of the town"],
  [`{"prefix":"gt-","path":"a\\\\..\\\\..\\\\b"}`, "its path leads out of the town"],
  [`{"prefix":"gt-","path":"/etc"}`, "its path leads out of the town"],
  [`{"prefix":"gt-","path":"C:\\\\rigs"}`, "its path leads out of the town"],
  [`{"prefix":"gt-","path":"\\\\\\\\host\\\\share"}`, "its path leads out of the town"],
  [`{"prefix":"gt-","path":"a\\u0000b"}`, "its path leads out of the town"],
] as const)("%s is rejected, and its neighbours are not: %s", ([line, why]) => {
  const text = `{"prefix":"hq-","path":"."}\n${line}\n{"prefix":"bd-","path":"beads"}`;
  const { routes, rejected } = parseRoutes(text);
  expect(routes.map(({ prefix }) => prefix)).toEqual(["hq-", "bd-"]);
  expect(rejected).toMatchObject([{ line: 2, why }]);
});

test("a dotted name is no way out of the town", () => {
  expect(parseRoutes(`{"prefix":"gt-","path":"..gastown/v1..2"}`).routes).toHaveLength(1);
});

const ROUTES = [
  { prefix: "my-", path: "my" },
  { prefix: "my-app-", path: "app" },
  { prefix: "hq-", path: "." },
  { prefix: "hq-", path: "later" },
];

test.for([
  ["my-app-x1", "app"],
  ["my-x1", "my"],
  ["my-app", "my"],
  ["hq-cv-x", "."],
  ["hq", undefined],
  ["gt-a3f", undefined],
  ["HQ-a", undefined],
  ["xhq-a", undefined],
  ["", undefined],
] as const)("the longest prefix of %j leads to %s", ([id, path]) => {
  expect(routeOf(ROUTES, id)?.path).toBe(path);
});

test("no text makes it throw, and no accepted path climbs", () => {
  const line = fc.oneof(
    fc.string(),
    fc.record({ prefix: fc.string(), path: fc.stringMatching(/^[a./\\:]{0,8}$/) }).map((row) => JSON.stringify(row)),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      for (const { path } of parseRoutes(lines.join("\n")).routes) {
        expect(path.split(/[/\\]/)).not.toContain("..");
        expect(path).not.toMatch(/^[/\\]/);
      }
    }),
  );
});

test("the route that is found is the longest that fits", () => {
  const prefix = fc.stringMatching(/^[ab-]{1,4}$/);
  fc.assert(
    fc.property(
      fc.array(fc.record({ prefix, path: fc.constant("x") })),
      fc.stringMatching(/^[ab-]{0,8}$/),
      (routes, id) => {
        const fitting = routes.filter((route) => id.startsWith(route.prefix)).map((route) => route.prefix.length);
        expect(routeOf(routes, id)?.prefix.length ?? 0).toBe(Math.max(0, ...fitting));
      },
    ),
  );
});
