import type { Migration } from '../schema/migration.ts';

/** Where in a trace a request was submitted, so that its delivery goes on from there (docs/decisions/0041). */
export const traceContext: Migration = {
  kind: 'expand',
  statements: [`alter table "requests" add "trace_context" text null`],
};
