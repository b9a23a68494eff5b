import { Type } from 'typebox';
import { id, instant, type ValueOf } from './fields.ts';

/** Somebody who submits requests. */
export const SENDER = Type.Object({
  id: id("The sender's id, which its requests carry."),
  displayName: Type.String({ minLength: 1, maxLength: 200, isName: true, description: 'Its name for people.' }),
  createdAt: instant('When it was registered.'),
});
export type Sender = ValueOf<typeof SENDER>;
