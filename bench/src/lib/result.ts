/** Rows under a head; all cells are text. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What was promised, and what was seen. */
export interface Target {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A picture of curves; both axes are logarithmic unless said otherwise. */
export interface Plot {
  readonly file: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly linear?: boolean;
  readonly series: readonly Series[];
}

export interface BenchResult {
  readonly tables: readonly Table[];
  readonly plots?: readonly Plot[] | undefined;
  readonly targets?: readonly Target[] | undefined;
  /** What a reader must know to read the tables, a paragraph each. */
  readonly notes?: readonly string[] | undefined;
}

export interface Bench {
  readonly name: string;
  readonly title: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

export interface BenchOptions {
  /** Few repetitions: to see that it works. */
  readonly quick: boolean;
  /** Says what is going on. */
  readonly say: (text: string) => void;
}
