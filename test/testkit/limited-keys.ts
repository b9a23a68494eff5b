import { API_KEY_SCOPES, type ApiKeyKind } from '../../src/domain/api-key.ts';
import type { Scope } from '../../src/domain/scope.ts';
import { type Credential, mutateSuccessfully } from './graphql.ts';
import type { TestPlatform } from './platform.ts';

/** A further key that may do only that: of whoever makes it, unless another holder is named. */
export async function limitedKey(
  platform: Pick<TestPlatform, 'url'>,
  maker: Credential,
  scopes: readonly Scope[],
  holder: { readonly approverId?: string } = {},
) {
  const input = { scopes, ...holder };
  const { apiKey } = await mutateSuccessfully(platform, 'createApiKey', input, 'apiKey key { id }', maker);
  return { apiKey } as { readonly apiKey: string };
}

/** One that may do all that keys of the kind may, but for that. */
export const keyWithout = (
  platform: Pick<TestPlatform, 'url'>,
  holder: Credential,
  { kind, scope }: { readonly kind: ApiKeyKind; readonly scope: Scope },
) =>
  limitedKey(
    platform,
    holder,
    API_KEY_SCOPES[kind].filter((each) => each !== scope),
  );
