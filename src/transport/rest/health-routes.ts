import { retryAfter } from '../failures.ts';
import { ProblemError } from './problem-details.ts';
import { json, problems } from './responses.ts';
import { type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';

const RETRY_AFTER_SECONDS = 2;

/**
 * `/health`: whether the process lives, has started, and can do its work. While it starts, the starting server answers in
 * their place.
 */
export function addHealthRoutes(scope: RestScope, { app, checks }: RestDependencies): void {
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
    '/health/startup',
    {
      schema: {
        operationId: 'getStartup',
        tags: ['Platform'],
        summary: 'Startup',
        description:
          'Whether this node has started: migrated the tables, or waited for the node that does, and joined the others. 503 until then, 200 from then on, whatever becomes of what it stands on.',
        security: WITHOUT_KEY,
        response: { 200: json('Started.', 'Health', { status: 'ok' }), ...problems('not-ready') },
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
          'Whether this node can take work: its database takes what it writes, its tables are of a release that it can work with, and it is not stopping or fenced. A check that is `degraded` does not keep it from its work: without its bus, what happens on other nodes shows a second later. Asks nobody, so that it may be asked often.',
        security: WITHOUT_KEY,
        response: {
          200: json('Ready.', 'Readiness', {
            status: 'ok',
            checks: { database: 'ok', bus: 'ok', schema: 'ok', audit: 'ok' },
          }),
          ...problems('not-ready'),
        },
      },
    },
    async () => {
      const states = Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check()]));
      const failing = Object.keys(states)
        .filter((name) => states[name] === 'down')
        .map((name) => {
          const problem = name === 'database' ? app.node.renewalProblem() : null;
          return problem === null ? name : `${name} (${problem})`;
        });
      const refusal = app.node.refusal();
      if (refusal !== null) failing.push(`node (${refusal})`);
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
