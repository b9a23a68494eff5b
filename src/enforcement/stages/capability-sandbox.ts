import { closestName } from '../../domain/closest-name.ts';
import type { Capability } from '../../domain/contract.ts';
import type { Denial, DenialKind } from '../../domain/verdict.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import { together } from '../contract/check-params.ts';
import { brokenConstraints } from '../contract/constraints.ts';
import { sentenceOf, type ValueProblems } from '../contract/explain/problem.ts';
import { createSchemaChecks, type Unchecked } from '../contract/schema-checks.ts';
import type { Isolate } from '../isolate.ts';
import { measureJson } from '../json-bounds.ts';
import type { Stage } from '../pipeline.ts';
import { quoted } from '../printable.ts';

/**
 * Holds a request to the agent's contract: the action is one of its capabilities, the params match its schema and
 * keep to its constraints. What may cost more than a moment is evaluated in the isolate.
 */
export function createCapabilitySandbox(
  isolate: Isolate,
  checkBySchema = createSchemaChecks(isolate, new CompiledDocuments()),
): Stage {
  return {
    name: 'capability_sandbox',
    async evaluate({ contract, action, params }, signal) {
      if (contract === null) return deny('NO_CONTRACT', 'The agent has not published any capabilities');
      const capability = contract.capabilities.find((each) => each.action === action);
      if (capability === undefined) {
        return deny('UNKNOWN_ACTION', unknownAction(action, contract.capabilities));
      }
      const size = measureJson(params);
      if ('problem' in size) return denyParams('INVALID_PARAMS', aboutAll(size.problem));
      const { paramsSchema: schema, constraints } = capability;
      const toCheck = { schema, value: params, size, signal, owner: contract.agentId, version: contract.id };
      const said = await checkBySchema(`${contract.id} ${action} params`, toCheck);
      const check = said !== null && 'unchecked' in said ? DENIALS[said.unchecked] : said;
      if (check !== null && 'decision' in check) return check;
      const broken = brokenConstraints(constraints, params);
      if (check !== null) return denyParams('INVALID_PARAMS', together(check, broken));
      return broken.length === 0
        ? { decision: 'PASS' }
        : denyParams('BROKEN_CONSTRAINT', together({ issues: [], hasMore: false }, broken));
    },
  };
}

function unknownAction(action: string, capabilities: readonly Capability[]): string {
  const meant = closestName(
    action,
    capabilities.map((each) => each.action),
  );
  const hint = meant === null ? '' : `; did you mean ${quoted(meant)}?`;
  return `The action ${quoted(action)} is not one of the agent's capabilities${hint}`;
}

const deny = (kind: DenialKind, reason: string): Denial => ({ decision: 'DENY', kind, reason });

const denyParams = (kind: DenialKind, problems: ValueProblems): Denial => ({
  ...deny(kind, sentenceOf(problems)),
  issues: problems.issues,
});

const aboutAll = (message: string): ValueProblems => ({ issues: [{ path: 'params', message }], hasMore: false });

const DENIALS: { readonly [Why in Unchecked['unchecked']]: ValueProblems | Denial } = {
  budget: aboutAll('take too long to check against the schema of the action'),
  memory: aboutAll('take too much memory to check against the schema of the action'),
  unusable: deny('STAGE_FAILED', "The agent's contract for this action cannot be used"),
};
