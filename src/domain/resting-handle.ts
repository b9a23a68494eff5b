import { Type } from 'typebox';
import { instant, type ValueOf } from './fields.ts';

export const RESTING_HANDLE = Type.Object({
  handle: Type.String({ description: 'The handle.' }),
  freedAt: instant('When its agent was deleted.'),
  restsUntil: instant('When anybody may register it, unless it is released before.'),
});

/** The handle of a deleted agent, with whose it was; null for nobody's. */
export type RestingHandle = ValueOf<typeof RESTING_HANDLE> & { readonly ownerId: string | null };
