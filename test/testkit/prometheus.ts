import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { eventually, PROCESS_WITHIN_MS } from './eventually.ts';
import { freePort } from './free-port.ts';

/** One line of a chart: its labels, and its points as seconds since 1970 and value. */
export type Series = {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
};

/** Debian's Prometheus on a free port; it scrapes these hosts every second as the job `clawcierge`. Ended with the test. */
export async function startPrometheus(targets: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-prometheus-'));
  const job = { job_name: 'clawcierge', static_configs: [{ targets }] };
  // JSON is YAML.
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }),
  );
  const host = `127.0.0.1:${await freePort()}`;
  const child: ChildProcess = spawn(
    '/usr/bin/prometheus',
    [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${host}`],
    { stdio: 'ignore' },
  );
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const get = async (path: string) => {
    const response = await fetch(`http://${host}${path}`, { signal: AbortSignal.timeout(20_000) });
    if (!response.ok) throw new Error(`Prometheus answers ${response.status}: ${await response.text()}`);
    return response;
  };
  await eventually(() => get('/-/ready'), PROCESS_WITHIN_MS);
  return {
    /** What an expression was from one second to another. */
    async range(query: string, from: number, to: number, step: number): Promise<readonly Series[]> {
      const parameters = new URLSearchParams({ query, start: String(from), end: String(to), step: String(step) });
      const { data } = (await (await get(`/api/v1/query_range?${parameters}`)).json()) as {
        data: { result: readonly Series[] };
      };
      return data.result;
    },
  };
}
