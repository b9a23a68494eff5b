import { Type } from 'typebox';
import { instant, oneOf, type ValueOf } from './fields.ts';

const QUARANTINED_DOCUMENTS = ['CONTRACT', 'POLICIES'] as const;

/** That a document of an agent has used up its budget too often, and is not evaluated in a thread for a while (docs/decisions/0076). */
export const QUARANTINE = Type.Object({
  document: oneOf(QUARANTINED_DOCUMENTS, { description: 'Which of the documents of an agent.' }),
  version: Type.Integer({ description: 'Of that document. The next version is not in quarantine.' }),
  at: instant('Since when.'),
  until: instant('Until when, unless it is lifted or the next version is published before.'),
});
export type Quarantine = ValueOf<typeof QUARANTINE>;

export type QuarantinedDocument = Quarantine['document'];

/** The same, and by the id of which contract or policy set it is. */
export type QuarantineRecord = Quarantine & { readonly documentId: string };

/** How often and within what time a document has to be ended by its budget, and for how long it is in quarantine then. */
export type QuarantineTerms = {
  /** 0 for never. */
  readonly afterTimeouts: number;
  readonly windowMs: number;
  readonly lengthMs: number;
};
