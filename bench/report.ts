import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import pg from 'pg';

/** The options that every benchmark takes, for its `parseArgs`. */
export const REPORT_OPTIONS = { json: { type: 'string' } } as const;

/** What was measured in one run; the unit is part of the name, as in `p99 (ms)`. */
export type Figures = Readonly<Record<string, number | string>>;

/**
 * What a benchmark found: tables on stdout, the same as JSON in the file that `--json` names, and exit code 1 if anything
 * was lost, doubled or wrong. The load of the machine is part of it, since everything runs on the same one.
 */
export class Report {
  readonly #benchmark: string;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #runs: Record<string, Figures> = {};
  readonly #violations: Record<string, number> = {};
  readonly #loadBefore = load();

  /** @param options what `parseArgs` read, `REPORT_OPTIONS` among it; all of it stands in the JSON. */
  constructor(benchmark: string, options: Readonly<Record<string, unknown>>) {
    this.#benchmark = benchmark;
    this.#options = options;
  }

  /** The figures of a run, or more figures of it. */
  add(run: string, figures: Figures): void {
    this.#runs[run] = { ...this.#runs[run], ...figures };
  }

  /** Promises, and how often each was broken; counts of the same name add up. */
  violations(counts: Readonly<Record<string, number>>): void {
    for (const [what, count] of Object.entries(counts)) this.#violations[what] = (this.#violations[what] ?? 0) + count;
  }

  /** Prints and writes everything, and sets the exit code. @param databaseUrl of the PostgreSQL that was measured, if any */
  async end(databaseUrl?: string): Promise<void> {
    const machine = {
      cores: availableParallelism(),
      processor: cpus()[0]?.model ?? '',
      'memory (GiB)': rounded(totalmem() / 2 ** 30),
      'load before': this.#loadBefore,
      'load after': load(),
      node: process.version,
      ...(databaseUrl !== undefined && { PostgreSQL: await versionOf(databaseUrl) }),
    };
    print(this.#runs);
    const broken = Object.entries(this.#violations).filter(([, count]) => count > 0);
    for (const [what, count] of broken) console.log(`${what}: ${count}`);
    if (Object.keys(this.#violations).length > 0) {
      console.log(broken.length === 0 ? 'Nothing was lost, doubled or wrong.' : 'Promises were broken.');
    }
    console.log(
      Object.entries(machine)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    );
    const { json, ...options } = this.#options;
    if (typeof json === 'string') {
      const report = {
        benchmark: this.#benchmark,
        at: new Date().toISOString(),
        options,
        machine,
        runs: this.#runs,
        violations: this.#violations,
      };
      writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
    }
    if (broken.length > 0) process.exitCode = 1;
  }
}

/** Runs across and figures down, or the other way round where that is narrower. */
function print(runs: Readonly<Record<string, Figures>>): void {
  const down: Record<string, Record<string, number | string>> = {};
  const across: typeof down = {};
  for (const [run, figures] of Object.entries(runs)) {
    for (const [name, figure] of Object.entries(figures)) {
      const shown = typeof figure === 'number' ? rounded(figure) : figure;
      down[run] = { ...down[run], [name]: shown };
      across[name] = { ...across[name], [run]: shown };
    }
  }
  console.table(Object.keys(down).length < Object.keys(across).length ? across : down);
}

/** To three digits, as far as there is a fraction at all. */
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

function load(): number {
  return rounded(loadavg()[0] ?? Number.NaN);
}

async function versionOf(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version ?? '';
  } finally {
    await client.end();
  }
}
