import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { Plot } from "./result.ts";

const WIDTH = 720;
const HEIGHT = 360;
const EDGE = { top: 36, right: 170, bottom: 44, left: 70 };
const COLOURS = ["#0b62a4", "#c4461f", "#3b8132", "#7a4fa3", "#8a6d1a", "#555555"];

/** A plot as an SVG that reads on light and on dark pages. */
export function svgOf({ title, x, y, linear, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const xs = points.map(([at]) => at);
  const ys = points.map(([, at]) => at).filter((at) => at > 0);
  const scale = () => (linear ? scaleLinear() : scaleLog());
  const across = scale()
    .domain([linear ? 0 : Math.min(...xs), Math.max(...xs)])
    .range([EDGE.left, WIDTH - EDGE.right]);
  const up = scale()
    .domain([linear ? 0 : Math.min(...ys), Math.max(...ys) * (linear ? 1.05 : 1)])
    .range([HEIGHT - EDGE.bottom, EDGE.top])
    .nice();
  const draw = line<readonly [number, number]>()
    .x(([at]) => across(at))
    .y(([, at]) => up(at));

  const xTicks = ticksOf(across.ticks(6), linear).map(
    (at) =>
      `<path class="grid" d="M${round(across(at))} ${EDGE.top}V${HEIGHT - EDGE.bottom}"/>${text(across(at), HEIGHT - EDGE.bottom + 16, short(at), "middle")}`,
  );
  const yTicks = ticksOf(up.ticks(6), linear).map(
    (at) =>
      `<path class="grid" d="M${EDGE.left} ${round(up(at))}H${WIDTH - EDGE.right}"/>${text(EDGE.left - 6, up(at) + 4, short(at), "end")}`,
  );
  const curves = series.map(({ name, points: all }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? "#555";
    const seen = all.filter(([, at]) => linear === true || at > 0);
    const dots =
      seen.length > 40
        ? ""
        : seen
            .map(([at, value]) => `<circle cx="${round(across(at))}" cy="${round(up(value))}" r="3" fill="${colour}"/>`)
            .join("");
    const row = EDGE.top + 12 + index * 20;
    return `<path d="${draw(seen) ?? ""}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}<rect x="${WIDTH - EDGE.right + 14}" y="${row - 9}" width="12" height="4" fill="${colour}"/>${text(WIDTH - EDGE.right + 32, row - 3, name, "start")}`;
  });

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">
<style>text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:14px}.grid{stroke:#ddd;stroke-width:1}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${EDGE.left}" y="20" class="title">${escape(title)}</text>
${[...xTicks, ...yTicks, ...curves].join("\n")}
${text((EDGE.left + WIDTH - EDGE.right) / 2, HEIGHT - 8, x, "middle")}
<text transform="translate(14 ${(EDGE.top + HEIGHT - EDGE.bottom) / 2}) rotate(-90)" text-anchor="middle">${escape(y)}</text>
</svg>
`;
}

/** Of a logarithmic axis the powers of ten, unless that would be too few. */
function ticksOf(all: readonly number[], linear: boolean | undefined): readonly number[] {
  if (linear) return all;
  const powers = all.filter((at) => Number.isInteger(Number(Math.log10(at).toFixed(6))));
  return powers.length >= 2 ? powers : all.filter((_, index) => index % 3 === 0);
}

function text(x: number, y: number, what: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escape(what)}</text>`;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1e3 ? `${value / 1e3}k` : String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(what: string): string {
  return what.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
