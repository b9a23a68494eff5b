import canonicalize from 'canonicalize';
import { describe, expect, it } from 'vitest';
import {
  AUDIT_ACTOR_KINDS,
  AUDIT_ENTRY_TYPES,
  AUDIT_SUBJECT_KINDS,
  type AuditFields,
} from '../../src/domain/audit-entry.ts';
import { detailsDigest, entryText, type SealedEntry } from '../../src/domain/audit-entry-text.ts';
import { newId } from '../../src/domain/new-id.ts';
import { nth } from '../testkit/nth.ts';

const FIELDS: AuditFields = {
  version: 3,
  'a"b': 'ü\u2028€😀\u0007',
  nested: { b: [1.5, null, true], a: -0, B: 1e21 },
  é: 1,
  '😀': 2,
  '\ufb33': 3,
};

const entryOf = (index: number, given: Partial<SealedEntry>): SealedEntry => ({
  index,
  entryId: newId(),
  type: 'agent.registered',
  at: new Date('2026-11-29T12:00:00.120Z'),
  node: newId(),
  actorKind: 'sender',
  actorId: null,
  keyId: null,
  subjectKind: 'agent',
  subjectId: null,
  agentId: null,
  senderId: null,
  requestId: null,
  data: FIELDS,
  detailsDigest: null,
  agentN: null,
  agentPrev: null,
  senderN: null,
  senderPrev: null,
  ...given,
});

describe('the text of an entry', () => {
  it.each(AUDIT_ENTRY_TYPES.map((type, index) => ({ type, index })))('is RFC 8785: $type', ({ type, index }) => {
    const id = newId();
    const bytes = Buffer.alloc(32, index);
    const entries = [
      entryOf(index, { type }),
      entryOf(index, {
        type,
        actorKind: nth(AUDIT_ACTOR_KINDS, index % AUDIT_ACTOR_KINDS.length),
        actorId: id,
        keyId: id,
        subjectKind: nth(AUDIT_SUBJECT_KINDS, index % AUDIT_SUBJECT_KINDS.length),
        subjectId: id,
        agentId: id,
        senderId: id,
        requestId: id,
        detailsDigest: bytes,
        agentN: 1,
        senderN: 2 ** 40,
        senderPrev: bytes,
        data: {},
      }),
    ];
    for (const entry of entries) {
      const text = entryText(entry);
      expect(canonicalize(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toMatchObject({ v: 1, id: entry.entryId, index, type });
      expect(JSON.parse(text).data).toEqual(JSON.parse(JSON.stringify(entry.data)));
    }
  });

  it('has of details a digest that needs their salt', () => {
    const one = detailsDigest(Buffer.alloc(16, 1), { address: '192.0.2.1', agent: 'curl' });
    expect(detailsDigest(Buffer.alloc(16, 1), { agent: 'curl', address: '192.0.2.1' })).toEqual(one);
    expect(detailsDigest(Buffer.alloc(16, 2), { address: '192.0.2.1', agent: 'curl' })).not.toEqual(one);
  });
});
