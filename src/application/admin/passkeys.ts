import { randomBytes } from 'node:crypto';
import { PASSKEY_LABEL_MAX_LENGTH, PASSKEYS_MAX, type Passkey } from '../../domain/passkey.ts';
import type { Principal } from '../../domain/principal.ts';
import { actOf } from '../audit/act.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsoleSessionStore, HalfLogin } from '../ports/console-session-store.ts';
import type { Log } from '../ports/log.ts';
import type { PasskeyRecord, PasskeyStore } from '../ports/passkey-store.ts';
import type { ApplicationSettings } from '../settings.ts';
import { sha256 } from '../sha256.ts';
import { logActOfAdmin } from './log-act.ts';
import { requireNamed } from './require-named.ts';
import { isToken } from './token.ts';
import { creationOptions, madeFor, relyingPartyAt, requestOptions, signedBy } from './webauthn.ts';

type Dependencies = {
  readonly passkeys: PasskeyStore;
  readonly consoleSessions: ConsoleSessionStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Pick<ApplicationSettings, 'publicUrl'>;
};

/** What a browser answered, and the origin of the page that asked. */
export type PasskeyAnswer = { readonly response: string; readonly origin: string };

const CHALLENGE_BYTES = 32;
const CHALLENGE_LIFETIME_MS = 5 * 60_000;
const DEFAULT_LABEL = 'Passkey';

/** Passkeys as the second factor of named administrators. Options are JSON for a browser; null where none would take them. */
export function createPasskeys({ passkeys, consoleSessions, clock, log, settings }: Dependencies) {
  const partyAt = (origin: string) => relyingPartyAt(origin, settings.publicUrl);

  /** Each counts once, on the session that it was made for, for five minutes. */
  async function newChallenge(sessionId: string): Promise<Buffer> {
    const challenge = randomBytes(CHALLENGE_BYTES);
    const until = clock.now().getTime() + CHALLENGE_LIFETIME_MS;
    await consoleSessions.setChallenge(sessionId, `${challenge.toString('base64url')} ${until}`);
    return challenge;
  }

  async function takeChallenge(sessionId: string): Promise<Buffer | null> {
    const [challenge = '', until = '0'] = (await consoleSessions.takeChallenge(sessionId))?.split(' ') ?? [];
    return clock.now().getTime() < Number(until) ? Buffer.from(challenge, 'base64url') : null;
  }

  const knownTo = async (adminId: string): Promise<readonly PasskeyRecord[]> =>
    (await passkeys.byAdmins([adminId]))[0] ?? [];

  const recordOf = (credential: Pick<PasskeyRecord, 'id' | 'publicKey' | 'counter' | 'transports'>, label: string) => ({
    ...credential,
    label: labelOf(label),
    createdAt: clock.now(),
    lastUsedAt: null,
  });

  /** What a login that lacks its second factor is asked; null where its administrator has no passkey, too. */
  async function askForPasskey(token: string | null, origin: string): Promise<string | null> {
    const party = partyAt(origin);
    if (party === null || token === null || !isToken(token)) return null;
    const half = await consoleSessions.halfByTokenHash(sha256(token), clock.now());
    if (half === null) return null;
    const known = await knownTo(half.admin.id);
    return known.length === 0 ? null : requestOptions(party, { challenge: await newChallenge(half.id), known });
  }

  /** Whether one of the administrator's passkeys has answered. Whatever it was, the next one is asked anew. */
  async function isPasskeyOf({ id, admin }: HalfLogin, { response, origin }: PasskeyAnswer): Promise<boolean> {
    const party = partyAt(origin);
    const challenge = await takeChallenge(id);
    if (party === null || challenge === null) return false;
    const signed = await signedBy(party, { challenge, known: await knownTo(admin.id) }, response);
    return signed !== null && passkeys.use(admin.id, signed.id, signed.counter, clock.now());
  }

  /** The link is used once, and known to nobody else: what is asked of whoever holds it need not be kept. */
  const challengeOfSetup = (token: string): Buffer => sha256(`clawcierge/passkey/v1\n${token}`);

  /** What whoever holds a new administrator's link is asked. */
  async function offerAtSetup(token: string, name: string, origin: string): Promise<string | null> {
    const party = partyAt(origin);
    return party && creationOptions(party, { name, challenge: challengeOfSetup(token), known: [] });
  }

  /** The passkey that was made for it; null for anything else. */
  async function madeAtSetup(token: string, { response, origin }: PasskeyAnswer): Promise<PasskeyRecord | null> {
    const party = partyAt(origin);
    const made = party && (await madeFor(party, challengeOfSetup(token), response));
    return made && recordOf(made, '');
  }

  /** The administrator's own, and what its browser is asked for one more. */
  async function ownPasskeys(
    principal: Principal | null,
    origin: string,
  ): Promise<{ readonly name: string; readonly passkeys: readonly Passkey[]; readonly options: string | null }> {
    const { adminId, sessionId, name } = requireNamed(principal);
    const known = await knownTo(adminId);
    const party = known.length < PASSKEYS_MAX ? partyAt(origin) : null;
    const options = party && (await creationOptions(party, { name, challenge: await newChallenge(sessionId), known }));
    return { name, passkeys: known, options };
  }

  /** `wrong` for what answers nothing that was asked a moment ago. */
  async function addPasskey(
    principal: Principal | null,
    label: string,
    { response, origin }: PasskeyAnswer,
  ): Promise<'added' | 'wrong' | 'full' | 'taken'> {
    const known = requireNamed(principal);
    const party = partyAt(origin);
    const challenge = await takeChallenge(known.sessionId);
    const made = party && challenge && (await madeFor(party, challenge, response));
    if (!made) return 'wrong';
    const passkey = recordOf(made, label);
    const added = await passkeys.insert(known.adminId, passkey, PASSKEYS_MAX, actOf(known, clock.now()));
    if (added === 'added') logActOfAdmin(log, known, 'add a passkey', { label: passkey.label });
    return added;
  }

  /** `last` where it is the only second factor; null for one that is not the administrator's. */
  async function removePasskey(principal: Principal | null, id: string): Promise<'removed' | 'last' | null> {
    const known = requireNamed(principal);
    const removed = await passkeys.remove(known.adminId, id, actOf(known, clock.now()));
    if (removed === 'removed') logActOfAdmin(log, known, 'remove a passkey', {});
    return removed;
  }

  return { askForPasskey, isPasskeyOf, offerAtSetup, madeAtSetup, ownPasskeys, addPasskey, removePasskey };
}

/** What somebody typed, as far as a label may be that. */
const labelOf = (typed: string): string =>
  [...typed.replace(/\p{C}/gu, '').trim()].slice(0, PASSKEY_LABEL_MAX_LENGTH).join('') || DEFAULT_LABEL;

export type Passkeys = ReturnType<typeof createPasskeys>;
