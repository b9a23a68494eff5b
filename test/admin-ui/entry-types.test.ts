import { expect, it } from 'vitest';
import { ENTRY_TYPES } from '../../admin-ui/src/audit/entry-types.ts';
import { AUDIT_ENTRY_TYPES } from '../../src/domain/audit-entry.ts';

it('knows every type of entry that there is', () => {
  expect(ENTRY_TYPES).toEqual(AUDIT_ENTRY_TYPES);
});
