import { Type } from 'typebox';
import { id, type ValueOf } from './fields.ts';

/** How many requests of a sender to an agent a stage said no to since a moment that were counted and not kept (docs/decisions/0068). */
export const REJECTIONS_OF_SENDER = Type.Object({
  senderId: id('Who sent them; 00000000-0000-0000-0000-000000000000 for those of more senders than are told apart.'),
  stage: Type.String({ description: 'Which stage of the pipeline said no.' }),
  count: Type.Integer({ description: 'How many there were.' }),
});
export type RejectionsOfSender = ValueOf<typeof REJECTIONS_OF_SENDER>;

/** The same within the minute that begins then, as it is counted. */
export type RejectionsNotKept = RejectionsOfSender & { readonly startsAt: Date; readonly agentId: string };
