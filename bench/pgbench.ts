import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The four statements of a lifecycle on the peer's tables, each its own transaction: submit, ack, result, read. */
const LIFECYCLE = `
\\set number random(1, 1000000000)
insert into requests (id, agent_id, sender_id, action, params, status, created_at, updated_at, expires_at)
  values (gen_random_uuid(), '018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002',
    'bench.echo', json_build_object('number', :number::int), 'delivered', now(), now(), now() + interval '5 minutes')
  returning id as request \\gset
update requests set status = 'acked', updated_at = now() where id = :request and status = 'delivered';
update requests set status = 'completed', result = json_build_object('number', :number::int), updated_at = now()
  where id = :request and status in ('delivered', 'acked');
select id, action, status, result, error, created_at, updated_at, expires_at from requests where id = :request;
`;

/** How many lifecycles a second PostgreSQL does for so many clients of pgbench, with prepared statements. */
export async function pgbenchRate(databaseUrl: string, load: { readonly clients: number; readonly seconds: number }) {
  const url = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-pgbench-'));
  try {
    const script = join(folder, 'lifecycle.sql');
    writeFileSync(script, LIFECYCLE);
    const threads = Math.min(2, load.clients);
    const options = ['-n', '-M', 'prepared', '-c', load.clients, '-j', threads, '-T', load.seconds, '-f', script];
    const { PATH = '' } = process.env;
    const { stdout } = await run('pgbench', options.map(String), {
      env: {
        PATH,
        PGHOST: url.searchParams.get('host') ?? url.hostname,
        PGPORT: url.searchParams.get('port') ?? url.port,
        PGUSER: decodeURIComponent(url.username),
        PGPASSWORD: decodeURIComponent(url.password),
        PGDATABASE: url.pathname.slice(1),
      },
    });
    const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
    if (rate === undefined) throw new Error(`pgbench said: ${stdout}`);
    return Number(rate);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error("There is no pgbench. Debian's package postgresql has it: apt-get install postgresql");
    }
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
