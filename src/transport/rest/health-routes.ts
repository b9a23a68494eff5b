import type { Clock } from '../../application/ports/clock.ts';
import { retryAfter } from '../failures.ts';
import { ProblemError } from './problem-details.ts';
import { json, problems } from './responses.ts';
import { type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';

/** A check that takes longer counts as down, in milliseconds. */
const CHECK_WITHIN_MS = 2_000;
const RETRY_AFTER_SECONDS = 2;

/** `/health`: whether the process lives, and whether it can do its work. */
export function addHealthRoutes(scope: RestScope, { app, checks, clock }: RestDependencies): void {
  scope.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        tags: ['Platform'],
        summary: 'Liveness',
        description: 'Answers while the process lives, whatever it stands on.',
        security: WITHOUT_KEY,
        response: { 200: json('The process lives.', 'Health', { status: 'ok' }) },
      },
    },
    async () => ({ status: 'ok' }),
  );

  scope.get(
    '/health/ready',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['Platform'],
        summary: 'Readiness',
        description:
          'Whether this node can take work: its database and its bus answer, its tables are of a release that it can work with, and it is not stopping.',
        security: WITHOUT_KEY,
        response: {
          200: json('Ready.', 'Readiness', { status: 'ok', checks: { database: 'ok', bus: 'ok', schema: 'ok' } }),
          ...problems('not-ready'),
        },
      },
    },
    async () => {
      const [database, bus, schema] = await Promise.all([
        look(checks.database, clock),
        look(checks.bus, clock),
        look(checks.schema, clock),
      ]);
      const states = { database, bus, schema };
      const failing = Object.entries(states).flatMap(([name, state]) => (state === 'ok' ? [] : [name]));
      if (app.isStopping()) failing.push('node (stopping)');
      if (failing.length === 0) return { status: 'ok', checks: states };
      throw new ProblemError({
        kind: 'not-ready',
        detail: `Not ready: ${failing.join(', ')}.`,
        members: { checks: states },
        headers: retryAfter(RETRY_AFTER_SECONDS),
      });
    },
  );
}

/** A check that fails or does not answer in time is down. */
async function look(check: () => Promise<boolean>, clock: Clock): Promise<'ok' | 'down'> {
  const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
  const stop = clock.after(CHECK_WITHIN_MS, () => resolve(false));
  try {
    return (await Promise.race([check(), tooLate])) ? 'ok' : 'down';
  } catch {
    return 'down';
  } finally {
    stop();
  }
}
