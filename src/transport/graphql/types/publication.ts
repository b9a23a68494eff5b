import type { Publication } from '../../../application/agents/publish-document.ts';
import type { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { InputIssueType } from './domain-errors.ts';

type Fields<Document> = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Publication<Document>>;

/** What every publication answers besides its document. */
export const publicationFields = <Document>(t: Fields<Document>) => ({
  issues: t.field({
    type: [InputIssueType],
    description:
      'Why it could not be published, where it was only checked; empty otherwise, since that is an InvalidInputError.',
    extensions: FEW,
    resolve: ({ issues }) => [...issues],
  }),
  warnings: t.field({
    type: [InputIssueType],
    description: 'What does not fit, or does what hardly anybody means; it stands in nobody’s way.',
    extensions: FEW,
    resolve: ({ warnings }) => [...warnings],
  }),
});
