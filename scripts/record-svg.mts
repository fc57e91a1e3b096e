/** A line of a terminal, and when it came, in milliseconds from the start. */
export interface TimedLine {
  readonly at: number;
  readonly line: string;
}

interface Span {
  readonly text: string;
  readonly column: number;
  readonly classes: readonly string[];
}

const COLUMNS = 80;
const ROWS = 32;
const CELL = { width: 8.4, height: 19 };
const MARGIN = { x: 14, top: 40, bottom: 14 };
/** Time in the picture is in steps of so many milliseconds: finer differences are noise of the machine. */
const STEP = 100;

// What the demo uses of SGR: every code turns one class on, or others off.
const ON: Readonly<Record<string, string>> = {
  "1": "bold",
  "2": "dim",
  "31": "red",
  "32": "green",
  "33": "yellow",
  "35": "magenta",
  "36": "cyan",
};
const OFF: Readonly<Record<string, readonly string[]>> = {
  "0": Object.values(ON),
  "22": ["bold", "dim"],
  "39": ["red", "green", "yellow", "magenta", "cyan"],
};

// eslint-disable-next-line no-control-regex
const PIECES = /\u001B\[([\d;]*)m|([^\u001B]+)/g;

const STYLE = `
    text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d1d7e0; white-space: pre }
    .bold { font-weight: 700 } .dim { fill: #9198a1 } .red { fill: #ff7b72 } .green { fill: #57d163 }
    .yellow { fill: #e3b341 } .magenta { fill: #d2a8ff } .cyan { fill: #56d4dd }`;

/** Draws lines as they came: a window that scrolls, and stays at its end. Without animations it shows the end. */
export function drawRecording(lines: readonly TimedLine[], title: string): string {
  const width = COLUMNS * CELL.width + 2 * MARGIN.x;
  const height = ROWS * CELL.height + MARGIN.top + MARGIN.bottom;
  const times = lines.map(({ at }) => Math.round(at / STEP) * STEP);
  const drawn = lines.map(({ line }, index) => drawLine(spansOf(line), index, times[index] ?? 0));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}: a recording of a terminal">
  <style>${STYLE}
    @media (prefers-reduced-motion: no-preference) {
      .line { animation: appear 1ms steps(1, end) backwards }
      .page { animation: scroll ${times.at(-1) ?? 0}ms steps(1, end) }
    }
    @keyframes appear { from { opacity: 0 } }
    @keyframes scroll { ${scrollFrames(times)} }
  </style>
  <rect width="${width}" height="${height}" rx="8" fill="#0d1117" />
  <circle cx="18" cy="19" r="6" fill="#ff5f57" /><circle cx="38" cy="19" r="6" fill="#febc2e" /><circle cx="58" cy="19" r="6" fill="#28c840" />
  <text class="dim" x="${width / 2}" y="24" text-anchor="middle">${escaped(title)}</text>
  <svg x="${MARGIN.x}" y="${MARGIN.top}" width="${width - 2 * MARGIN.x}" height="${ROWS * CELL.height}">
  <g class="page" transform="translate(0 ${-offset(lines.length)})">
${drawn.join("\n")}
  </g>
  </svg>
</svg>
`;
}

/** The words in a drawing, a line each. */
export function wordsOf(drawing: string): string {
  return [...drawing.matchAll(/<g class="line".*?>(.*?)<\/g>/g)]
    .map(([, line = ""]) => line.replaceAll(/<[^>]*>/g, " ").trim())
    .join("\n");
}

function drawLine(spans: readonly Span[], row: number, at: number): string {
  const texts = spans.map(({ text, column, classes }) => {
    const styled = classes.length > 0 ? ` class="${classes.join(" ")}"` : "";
    const place = `x="${round(column * CELL.width)}" y="${row * CELL.height + 14}"`;
    return `<text${styled} ${place} textLength="${round([...text].length * CELL.width)}">${escaped(text)}</text>`;
  });
  return `  <g class="line" style="animation-delay: ${at}ms">${texts.join("")}</g>`;
}

function scrollFrames(times: readonly number[]): string {
  const end = Math.max(1, times.at(-1) ?? 0);
  const frames = new Map([[0, 0]]);
  for (const [index, at] of times.entries()) {
    const y = offset(index + 1);
    if (y > 0) frames.set(at, y);
  }
  return [...frames].map(([at, y]) => `${round((at / end) * 100)}% { transform: translateY(${-y}px) }`).join(" ");
}

/** How far the page has gone up when it has so many lines. */
function offset(lines: number): number {
  return Math.max(0, lines - ROWS) * CELL.height;
}

/** Cuts a line where its style changes; spaces at the ends of a piece are left out. */
function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  const classes = new Set<string>();
  let column = 0;
  for (const [, codes, text = ""] of line.matchAll(PIECES)) {
    for (const code of codes === undefined ? [] : (codes || "0").split(";")) {
      for (const gone of OFF[code] ?? []) classes.delete(gone);
      if (ON[code] !== undefined) classes.add(ON[code]);
    }
    const indent = text.length - text.trimStart().length;
    if (text.trim() !== "") spans.push({ text: text.trim(), column: column + indent, classes: [...classes] });
    column += [...text].length;
  }
  return spans;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
