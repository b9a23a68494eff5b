import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** Linux counts processor time in hundredths of a second. */
const MS_PER_TICK = 10;

type Times = { readonly parent: number; readonly ownMs: number; readonly childrenMs: number };

/** Processor time of a process and of those that it waited for; null when there is none. */
function timesOf(pid: number): Times | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before the last bracket may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = [1, 11, 12, 13, 14].map(
      (at) => fields[at],
    );
    const ms = MS_PER_TICK;
    return { parent, ownMs: (user + system) * ms, childrenMs: (childrenUser + childrenSystem) * ms };
  } catch {
    return null;
  }
}

/** The processes that this one has begun and that are there, on Linux. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((each) => Number.isInteger(each) && timesOf(each)?.parent === pid);
}

/** Milliseconds of processor time that a process has used, with every process below it, on Linux. */
export function cpuMs(pid: number): number {
  const before = timesOf(pid);
  if (!before) return 0;
  const ms = before.ownMs + before.childrenMs + childrenOf(pid).reduce((sum, each) => sum + cpuMs(each), 0);
  // A child that ended meanwhile was counted twice or not at all.
  return timesOf(pid)?.childrenMs === before.childrenMs ? ms : cpuMs(pid);
}

/** The process of the database server that all its others belong to. */
export async function postgresPid(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const parent = timesOf(rows[0]?.pid ?? 0)?.parent;
  await client.end();
  if (parent === undefined) throw new Error('the database server runs elsewhere');
  return parent;
}
