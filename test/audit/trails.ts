import type pg from 'pg';
import { expect } from 'vitest';
import { AuditSealer } from '../../src/application/audit/sealer.ts';
import type { Log } from '../../src/application/ports/log.ts';
import { Metrics } from '../../src/application/ports/metrics.ts';
import type { AuditTrust, Signer } from '../../src/application/ports/signer.ts';
import { newId } from '../../src/domain/new-id.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { systemClock } from '../../src/system-clock.ts';
import { eventually } from '../testkit/eventually.ts';
import { silentLog } from '../testkit/postgres.ts';

export const keyOf = (byte: number): string => Buffer.alloc(32, byte).toString('base64');

const until = new AbortController().signal;

/** A node as far as the audit trail is concerned. */
export async function auditNode(
  url: string,
  {
    key = keyOf(1),
    signer = createSigner(key),
    log = silentLog,
    clock = systemClock,
    trust = {},
    beforeCheckpoint = async () => {},
  }: {
    key?: string;
    signer?: Signer;
    log?: Log;
    clock?: typeof systemClock;
    trust?: Partial<AuditTrust>;
    beforeCheckpoint?: () => Promise<void>;
  } = {},
) {
  const storage: Storage = await createStorage({ link: createDatabaseLink(url), poolSize: 4, log, nodeId: newId() });
  const metrics = new Metrics();
  const auditTrust = { verifiers: [], ownBefore: [], newcomer: null, ...trust };
  const checkpoint = () => beforeCheckpoint().then(storage.audit.checkpoint);
  const sealer = new AuditSealer({ audit: { ...storage.audit, checkpoint }, signer, auditTrust, clock, log, metrics });
  return {
    audit: storage.audit,
    archive: storage.auditArchive,
    sealer,
    signer,
    metrics,
    seal: () => sealer.run(until),
    /** Other tests' transactions on the server are waited for, too. */
    sealAll: () =>
      eventually(async () => {
        await sealer.run(until);
        expect((await storage.audit.progress()).unsealedSince).toBeNull();
      }),
    close: () => storage.close(),
  };
}

/** Writes an entry of some agent and some sender, as statements do. */
export const write = (
  client: pg.Client | pg.Pool | pg.PoolClient,
  about: { agentId?: string; senderId?: string; version?: number } = {},
) =>
  client.query<{ entry_id: string }>(
    `insert into audit_events (type, at, actor_kind, actor_id, subject_kind, agent_id, sender_id, data)
    values ('policies.published', now(), 'agent', $1, 'policy_set', $1, $2, jsonb_build_object('version', $3::int, 'digest', 'x'))
    returning entry_id`,
    [about.agentId ?? null, about.senderId ?? null, about.version ?? 1],
  );
