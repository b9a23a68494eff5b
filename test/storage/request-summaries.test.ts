import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { SUMMARY_MS } from '../../src/application/ports/statistics-store.ts';
import { twoNodes } from './fixtures.ts';

const nodes = twoNodes();

/** More than a summary names. */
const OPEN = 1_001;

it('half hours with more open requests than a summary names do not keep those before them from being summarised', async () => {
  const client = new pg.Client({ connectionString: nodes.url });
  await client.connect();
  onTestFinished(() => client.end());
  const until = new Date('2026-11-01T12:00:00.000Z');
  const before = (halfHours: number) => new Date(until.getTime() - halfHours * SUMMARY_MS);
  await client.query(
    `insert into requests (id, status, action, params, handle, agent_id, sender_id, pipeline_log, attempts, deliveries,
        revision, created_at, updated_at, expires_at, finished_at)
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '70008' || substr(md5(n || ' ' || at), 1, 15))::uuid,
        case when at = $2 then 'TIMEOUT' else 'PENDING' end, 'a', '{}', 'h', gen_random_uuid(), gen_random_uuid(), '[]', 0, '[]', 1, at, at, at,
        case when at = $2 then at end
      from unnest($1::timestamptz[]) at, generate_series(1, ${OPEN}) n where at > $2 or n = 1`,
    [[before(1), before(2), before(3)], before(3)],
  );
  const { statistics } = nodes.a;
  const summarised = async () =>
    (await client.query<{ starts_at: Date }>('select starts_at from request_summaries')).rows.map(
      (row) => row.starts_at,
    );

  let next: Date | null = until;
  for (let calls = 0; next !== null && calls < 4; calls += 1) next = await statistics.summarise(before(9), next, 1);
  expect(next).toBeNull();
  expect(await summarised()).toEqual([before(3)]);
});
