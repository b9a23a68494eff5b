import type { RegistrationChallenge } from '../../../application/invitations/proof-of-work.ts';
import { builder } from '../builder.ts';

const RegistrationChallengeType = builder.objectRef<RegistrationChallenge>('RegistrationChallenge').implement({
  description: 'What somebody who registers is to solve first.',
  fields: (t) => ({
    challenge: t.exposeString('challenge', {
      description: 'Find a text with which the SHA-256 of this, a colon and the text begins with so many zero bits.',
    }),
    bits: t.exposeInt('bits', { description: 'How many zero bits the SHA-256 is to begin with.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it is too late to send the proof.' }),
  }),
});

builder.queryField('registrationChallenge', (t) =>
  t.field({
    type: RegistrationChallengeType,
    nullable: true,
    description:
      'A new challenge for `proofOfWork` of registerAgent and registerSender; each counts once. Null where registration asks for no proof.',
    authScopes: { public: true },
    resolve: (_root, _args, { app }) => app.registration.challenge(),
  }),
);
