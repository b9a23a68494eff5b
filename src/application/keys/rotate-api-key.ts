import { Type } from 'typebox';
import { type ApiKey, isLive } from '../../domain/api-key.ts';
import { ApiKeyNotFoundError, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { type InputValueOf, id, withDefault } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import { SCOPES } from '../../domain/scope.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { actOf } from '../audit/act.ts';
import { takePoint } from '../limits/take-point.ts';
import { scopesOfKind } from './key-holders.ts';
import { keyInUse } from './key-in-use.ts';
import { type createManageApiKeys, KEYS_MAX, type ManageKeysDependencies, tooManyKeys } from './manage-api-keys.ts';
import { newApiKey } from './new-api-key.ts';

/** How long the former key may go on at most. */
const OVERLAP_MAX_SECONDS = 2_592_000;

export const ROTATE_API_KEY = Type.Object({
  apiKeyId: id('The key that is to be replaced.'),
  overlapSeconds: withDefault(
    86_400,
    Type.Integer({
      description: `How long it goes on beside the new one, 0 to ${OVERLAP_MAX_SECONDS.toLocaleString('en')}; no longer than it was to live.`,
    }),
  ),
});
export type RotateApiKeyInput = InputValueOf<typeof ROTATE_API_KEY>;

/** What rotating a key throws. */
export const ROTATE_API_KEY_ERRORS = [InvalidInputError, ApiKeyNotFoundError, RateLimitedError] as const;

/** A key that was replaced: the new one, the former with its new end, and the new one's text, which is shown only here. */
export type RotatedApiKey = { readonly key: ApiKey; readonly former: ApiKey; readonly apiKey: string };

type Dependencies = ManageKeysDependencies & Pick<ReturnType<typeof createManageApiKeys>, 'managedKey'>;

/**
 * Makes a key of the same holder with the same scopes and label, and ends the former after the overlap: both or neither.
 * Whoever may do less than the key does not get one that may as much. By whoever manages the holder's keys; to anybody else
 * the key does not exist. Throws ROTATE_API_KEY_ERRORS.
 */
export function createRotateApiKey(deps: Dependencies) {
  const { apiKeys, keyEnds, rateLimiter, changes, clock, log, managedKey } = deps;
  return async (principal: Principal | null, input: RotateApiKeyInput): Promise<RotatedApiKey> => {
    const { key: former, known } = await managedKey(principal, input.apiKeyId);
    const at = clock.now();
    const overlapSeconds = input.overlapSeconds ?? 86_400;
    if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > OVERLAP_MAX_SECONDS) {
      throw refused('overlapSeconds', `must be a whole number from 0 to ${OVERLAP_MAX_SECONDS.toLocaleString('en')}`);
    }
    if (!isLive(former, at)) throw refused('apiKeyId', 'is revoked or expired: make a new key instead');
    const own = scopesOfKind(known, { kind: former.kind, id: former.holderId });
    const lacking = own === null ? [] : former.scopes.filter((scope) => !own.has(scope as never));
    if (lacking.length > 0) throw refused('apiKeyId', `has scopes that the key in use lacks: ${lacking.join(', ')}`);
    await takePoint(rateLimiter, 'new-keys', former.holderId);
    const only = former.isLimited ? new Set(SCOPES.filter((scope) => former.scopes.includes(scope))) : null;
    const expiresAt = keyEnds.ofReplacement(former, await keyInUse(apiKeys, known, at), at);
    const { key, text } = newApiKey(former.kind, expiresAt, { only, label: former.label });
    const formerEndsAt = new Date(at.getTime() + overlapSeconds * 1_000);
    const stored = await apiKeys.replace(former, formerEndsAt, former.holderId, key, KEYS_MAX, at, actOf(known, at));
    if (stored === 'full') throw tooManyKeys('revoke one first, or rotate this one with an overlap of 0 seconds');
    if (stored === 'changed')
      throw refused('apiKeyId', 'was rotated by another call meanwhile: look at its keys again');
    if (stored === null) throw new ApiKeyNotFoundError();
    // What is open with the former key hears of its new end.
    changes.publish('registry', '', { event: 'holders-changed', holderIds: new Set([former.holderId]) });
    logActOfAdmin(log, known, 'rotate a key', { apiKeyId: former.id, holderId: former.holderId });
    return { ...stored, apiKey: text };
  };
}

const refused = (name: string, message: string): InvalidInputError =>
  new InvalidInputError([{ path: `input.${name}`, message }]);
