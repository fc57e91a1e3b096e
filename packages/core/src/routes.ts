/** A line of `routes.jsonl`: issues whose id starts with `prefix` live under `path`, relative to the town. */
export interface Route {
  readonly prefix: string;
  readonly path: string;
}

/** A line of `routes.jsonl` that says nothing usable. */
export interface RejectedRoute {
  /** From 1. */
  readonly line: number;
  readonly why: string;
  /** The route it would have been, when it leads where the town is not. */
  readonly outside?: Route;
}

/** What `routes.jsonl` says, and which of its lines say nothing usable. */
export interface Routes {
  readonly routes: readonly Route[];
  readonly rejected: readonly RejectedRoute[];
}

/** Reads the text of a `routes.jsonl`. Blank lines and lines that start with `#` are comments; broken ones are told, and cost nothing else. */
export function parseRoutes(text: string): Routes {
  const routes: Route[] = [];
  const rejected: RejectedRoute[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split("\n")
    .entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const route = parseRoute(trimmed);
    if (typeof route === "string") rejected.push({ line: index + 1, why: route });
    else if (climbsOut(route.path))
      rejected.push({ line: index + 1, why: "its path leads out of the town", outside: route });
    else routes.push(route);
  }
  return { routes, rejected };
}

function parseRoute(line: string): Route | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "not JSON";
  }
  if (typeof value !== "object" || value === null) return "not an object";
  const { prefix, path } = value as Record<string, unknown>;
  if (typeof prefix !== "string" || prefix === "") return "no prefix";
  if (typeof path !== "string" || path === "") return "no path";
  return { prefix, path };
}

function climbsOut(path: string): boolean {
  if (path.startsWith("/") || path.startsWith("\\") || /^[A-Za-z]:/.test(path) || path.includes("\0")) return true;
  return path.split(/[\\/]/).includes("..");
}

/**
 * The route of an id: the longest prefix it starts with, and of equals the first. (`bd` looks no further than the
 * first hyphen, and so never finds the home of `my-app-x1`.)
 */
export function routeOf<R extends Route>(routes: readonly R[], id: string): R | undefined {
  let best: R | undefined;
  for (const route of routes) {
    if (id.startsWith(route.prefix) && route.prefix.length > (best?.prefix.length ?? 0)) best = route;
  }
  return best;
}
