import { successOf } from './domain-errors.ts';
import { AgentNotFoundError, ForbiddenError, UnauthenticatedError } from './errors.ts';
import {
  CreateKeyDocument,
  IdentifyDocument,
  type IdentifyQuery,
  type KeyStateFragment,
  ListKeysDocument,
  ListKeysOfDocument,
  RevokeKeyDocument,
  RotateKeyDocument,
} from './generated/graphql.ts';
import { executeOverHttp } from './graphql-http.ts';
import { httpOf, type PlatformOptions } from './registry.ts';
import type { InputIssue } from './types.ts';

/** Whose key is used. */
export interface KeyOptions extends PlatformOptions {
  readonly apiKey: string;
}

/** A key as it can be shown again: never its secret. */
export type KeyState = KeyStateFragment;

/** Whom a key speaks for. */
export type Identity = Exclude<NonNullable<IdentifyQuery['viewer']>, { __typename: 'Admin' }>;

/** Says whom the key speaks for. Throws UnauthenticatedError. */
export async function identify(options: KeyOptions): Promise<Identity> {
  const { viewer } = await executeOverHttp(httpOf(options, options.apiKey), IdentifyDocument, {});
  if (!viewer || viewer.__typename === 'Admin') throw unknownKey();
  return viewer;
}

/**
 * The keys of the key's own holder, newest first, revoked ones included; with `agentId`, an id or a handle, those of an
 * agent of the owner whose key it is.
 */
export async function listKeys(options: KeyOptions & { readonly agentId?: string }): Promise<readonly KeyState[]> {
  const { agentId } = options;
  const http = httpOf(options, options.apiKey);
  if (agentId !== undefined) {
    const { agent } = await executeOverHttp(http, ListKeysOfDocument, { agentId });
    if (!agent) throw new AgentNotFoundError(`There is no agent "${agentId}".`, { handle: agentId });
    return agent.apiKeys;
  }
  const { viewer } = await executeOverHttp(http, ListKeysDocument, {});
  if (!viewer) throw unknownKey();
  if (!('apiKeys' in viewer)) throw new ForbiddenError('The keys of an approver are its owner’s to see.');
  return viewer.apiKeys;
}

/** What a new key is to be like. */
export interface NewKeyOptions extends KeyOptions {
  /** Whose it is to be: that agent of the owner, by id or handle. The key's own holder when left out. */
  readonly agentId?: string;
  readonly label?: string;
  /** What it may do, of what the key may that makes it; all of that when left out. */
  readonly scopes?: readonly string[];
  /** When it stops being valid; never when left out. */
  readonly expiresAt?: Date;
}

/** Makes a further key. It is shown this once. */
export async function createKey(options: NewKeyOptions): Promise<{ apiKey: string; key: KeyState }> {
  const { agentId, label, scopes, expiresAt } = options;
  const input = {
    ...(agentId !== undefined && { agentId }),
    ...(label !== undefined && { label }),
    ...(scopes && { scopes: [...scopes] }),
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
  };
  const { createApiKey } = await executeOverHttp(httpOf(options, options.apiKey), CreateKeyDocument, { input });
  const { apiKey, key } = successOf(createApiKey);
  return { apiKey, key };
}

/**
 * Makes a key like the one of that id, which goes on for `overlapSeconds` (the platform's day when left out): replace it
 * everywhere before it ends. The new one is shown this once.
 */
export async function rotateKey(
  options: KeyOptions & { readonly keyId: string; readonly overlapSeconds?: number },
): Promise<{ apiKey: string; key: KeyState; former: KeyState }> {
  const { keyId, overlapSeconds } = options;
  const input = { apiKeyId: keyId, ...(overlapSeconds !== undefined && { overlapSeconds }) };
  const { rotateApiKey } = await executeOverHttp(httpOf(options, options.apiKey), RotateKeyDocument, { input });
  const { apiKey, key, former } = successOf(rotateApiKey);
  return { apiKey, key, former };
}

/** Ends the key of that id at once, everywhere, and answers what the platform warns of. Throws ApiKeyNotFoundError. */
export async function revokeKey(
  options: KeyOptions & { readonly keyId: string },
): Promise<{ key: KeyState; warnings: readonly InputIssue[] }> {
  const input = { apiKeyId: options.keyId };
  const { revokeApiKey } = await executeOverHttp(httpOf(options, options.apiKey), RevokeKeyDocument, { input });
  const { key, warnings } = successOf(revokeApiKey);
  return { key, warnings };
}

const unknownKey = () => new UnauthenticatedError('The platform does not know the key.');
