import { createHash } from 'node:crypto';
import { databaseClient } from '../testkit/database-client.ts';
import type { TestPlatform } from '../testkit/platform.ts';

export type Entry = {
  readonly entry_id: string;
  readonly type: string;
  readonly at: Date;
  readonly node: string;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly key_id: string | null;
  readonly subject_kind: string;
  readonly subject_id: string | null;
  readonly agent_id: string | null;
  readonly sender_id: string | null;
  readonly request_id: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: it differs by type, and tests say what they expect
  readonly data: any;
  readonly details: Readonly<Record<string, string>> | null;
};

/** Reads entries of the audit trail where they are written, in their order, before anything seals them. */
export function auditEntries(platform: Pick<TestPlatform, 'databaseUrl'>) {
  const query = databaseClient(() => platform.databaseUrl);
  const where = async (condition: string, values: readonly unknown[]) =>
    (await query(
      `select e.*, d.details from audit_events e left join audit_details d on d.entry_id = e.entry_id
       where ${condition} order by e.id`,
      values,
    )) as Entry[];
  return {
    query,
    ofRequest: (id: string) => where('e.request_id = $1', [id]),
    ofSubject: (id: string) => where('e.subject_id = $1', [id]),
    ofType: (type: string) => where('e.type = $1', [type]),
    since: (id: number) => where('e.id > $1', [id]),
    last: async () => Number((await query('select coalesce(max(id), 0) as id from audit_events'))[0]?.id),
    /** The only key of that holder. */
    keyOf: async (holderId: string) =>
      (
        await query(
          'select id from api_keys where agent_id = $1 or sender_id = $1 or owner_id = $1 or approver_id = $1',
          [holderId],
        )
      )[0]?.id,
  };
}

/** As entries name what was asked and answered, by the text that was sent. */
export const digestOf = (what: 'params' | 'result', value: unknown): string =>
  createHash('sha256')
    .update(`clawcierge/${what}/v1\n${JSON.stringify(value)}`)
    .digest('base64');
