import { Type } from 'typebox';
import { id, instant, jsonObject, nullable, type ValueOf } from './fields.ts';

/** Who did it, as the trail records it: by the credential, never by anything that was said. */
export const AUDIT_ACTOR = Type.Object({
  kind: Type.String({
    description:
      'What it is, such as `agent`, `sender`, `owner`, `approver`, `admin`, or `platform` for its own doing.',
  }),
  id: nullable(Type.String({ description: 'Which one; null for nobody, and for the platform itself.' })),
  keyId: nullable(id('The API key that it came with; null where it was none.')),
});

/** What was done something to. */
export const AUDIT_SUBJECT = Type.Object({
  kind: Type.String({ description: 'What it is, such as `request`, `agent` or `key`.' }),
  id: nullable(Type.String({ description: 'Which one; null where it has no id.' })),
});

/** Where an entry stands among all those of one agent, or of one sender. */
export const AUDIT_LINK = Type.Object({
  n: Type.Integer({ description: 'Which of them it is, counted without a gap.' }),
  prev: nullable(Type.String({ description: 'The leaf hash of the one before, in base64; null for the first.' })),
});

export const AUDIT_CHAIN = Type.Object({
  agent: nullable(AUDIT_LINK, { description: "Among the agent's; null where it is about none." }),
  sender: nullable(AUDIT_LINK, { description: "Among the sender's; null where it is about none." }),
});

/** An entry of the audit trail, as those see it whose it is. */
export const SHOWN_ENTRY = Type.Object({
  id: id("The entry's id."),
  index: nullable(Type.Integer({ description: 'Its place in the tree, counted from 0; null until it is sealed.' })),
  type: Type.String({ description: 'What happened, as `subject.verb`, such as `request.submitted`.' }),
  at: instant('When it happened.'),
  isSealed: Type.Boolean({ description: 'Whether it is in the tree, so that it can be proved.' }),
  node: nullable(
    Type.String({ description: 'The node of the platform that it happened on; null where none is named.' }),
  ),
  actor: Type.Object(AUDIT_ACTOR.properties, { description: 'Who did it.' }),
  subject: Type.Object(AUDIT_SUBJECT.properties, { description: 'What it was done to.' }),
  agentId: nullable(id('The agent that it is about; null for none.')),
  senderId: nullable(id('The sender that it is about; null for none.')),
  requestId: nullable(id('The request that it is about; null for none.')),
  data: jsonObject({
    description: 'What there is to know of it: small, and never params or results but by their digests.',
  }),
  details: nullable(
    jsonObject({
      description:
        'What is personal of it, such as an address or a reason, to administrators and to whoever did it; null to others, where there is none, and once it is erased.',
    }),
  ),
  canonical: nullable(
    Type.String({
      description:
        'The bytes that its leaf in the tree is the hash of, which is SHA-256 over a zero byte and them (RFC 9162); null until it is sealed, and to a sender where somebody decided.',
    }),
  ),
  chain: nullable(AUDIT_CHAIN, {
    description: 'How it follows the entries before of the same agent and sender; null until it is sealed.',
  }),
});
export type ShownEntry = ValueOf<typeof SHOWN_ENTRY>;

/** What the platform stands by: how large the tree is, and its root. */
export const AUDIT_CHECKPOINT = Type.Object({
  size: Type.Integer({ description: 'How many entries are sealed.' }),
  root: Type.String({ description: 'The root of the tree of so many (RFC 9162), in base64.' }),
  note: Type.String({ description: 'Both, signed by the platform: a checkpoint as C2SP has it (tlog-checkpoint).' }),
  at: instant('When it was signed.'),
});
export type AuditCheckpoint = ValueOf<typeof AUDIT_CHECKPOINT>;

/** What was the newest entry of an agent or a sender when a map of all of them was sealed. */
export const AUDIT_HEAD = Type.Object({
  audience: id('The agent or the sender.'),
  n: Type.Integer({ description: 'Which of its entries that was: its chain had so many.' }),
  leaf: Type.String({ description: "That entry's leaf hash, in base64." }),
  canonical: Type.String({
    description: 'The bytes that its leaf in the map is the hash of: all of this, and what its id is salted with.',
  }),
  place: Type.Integer({ description: 'Its place in the map, counted from 0.' }),
  path: Type.Array(Type.String(), {
    description: "The hashes that lead from its leaf to the map's root (RFC 9162, an inclusion proof), in base64.",
  }),
});

/** A map from every agent and sender to its newest entry, as far as it is the caller's. */
export const AUDIT_HEADS = Type.Object({
  at: instant('When the map was made.'),
  size: Type.Integer({ description: 'How many entries were sealed before: of those it has the newest of each.' }),
  canonical: Type.String({
    description:
      "The entry `audit.heads`, as it was sealed: its `data` has the map's root, and how many are in the map.",
  }),
  proof: Type.String({ description: 'That the entry is in the tree: a proof and a checkpoint (tlog-proof).' }),
  heads: Type.Array(AUDIT_HEAD, {
    description: 'Those that were asked for: none of what had no entry yet.',
  }),
});
export type AuditHeads = ValueOf<typeof AUDIT_HEADS>;

/** What checkpoints are verified with. */
export const AUDIT_KEY = Type.Object({
  key: Type.String({ description: 'The verifier key, as C2SP writes it (signed-note): name, key id and public key.' }),
  isCurrent: Type.Boolean({ description: 'Whether it signs now.' }),
});
export type AuditKey = ValueOf<typeof AUDIT_KEY>;
