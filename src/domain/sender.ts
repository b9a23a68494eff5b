import { Type } from 'typebox';
import { id, instant, type ValueOf } from './fields.ts';

/** Somebody who submits requests. */
export const SENDER = Type.Object({
  id: id("The sender's id, which its requests carry."),
  displayName: Type.String({ minLength: 1, maxLength: 200, isName: true, description: 'Its name for people.' }),
  createdAt: instant('When it was registered.'),
});
export type Sender = ValueOf<typeof SENDER>;

/** A sender's requests to one agent, and those of all to one, are counted up to so many. */
export const ACTIVITY_MAX = 10_000;

/** How much a sender asks of one agent: how many requests. Null where there are more than ACTIVITY_MAX. */
export type SenderActivity = {
  readonly lastMinute: number | null;
  readonly lastHour: number | null;
  readonly lastDay: number | null;
  readonly open: number | null;
};
