import { Type } from 'typebox';
import { AGENT } from '../../domain/agent.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import type { InputValueOf } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireAdmin } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { actOf } from '../audit/act.ts';
import { isStorableText } from '../input-issues.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export const RELEASE_HANDLE = Type.Pick(AGENT, ['handle']);
export type ReleaseHandleInput = InputValueOf<typeof RELEASE_HANDLE>;

/** What releasing a handle throws. */
export const RELEASE_HANDLE_ERRORS = [InvalidInputError] as const;

type Dependencies = { readonly agents: AgentStore; readonly clock: Clock; readonly log: Log };

/** Ends the rest of a deleted agent's handle: anybody may have it from then on. For administrators. Throws RELEASE_HANDLE_ERRORS. */
export function createReleaseHandle({ agents, clock, log }: Dependencies) {
  return async (principal: Principal | null, { handle }: ReleaseHandleInput): Promise<string> => {
    requireAdmin(principal);
    if (!isStorableText(handle) || !(await agents.releaseHandle(handle, actOf(principal, clock.now())))) {
      throw new InvalidInputError([{ path: 'input.handle', message: 'does not rest' }]);
    }
    logActOfAdmin(log, principal, 'release a handle', { handle });
    return handle;
  };
}
