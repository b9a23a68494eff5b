import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PolicyRule } from '../../src/domain/policy.ts';
import { checkRules } from '../../src/enforcement/policy/check-rules.ts';
import { createPolicyEngine } from '../../src/enforcement/stages/policy-engine.ts';
import { facts, inlineIsolate, policiesOf } from '../enforcement/fixtures/facts.ts';
import { snippetsOf } from './doc-snippets.ts';
import { functionsTable, variablesTable } from './policy-tables.ts';

const PAGE = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8');

describe('docs/policies.md', () => {
  it('lists every variable and every function, as they are', () => {
    expect(PAGE).toContain(variablesTable());
    expect(PAGE).toContain(functionsTable());
  });

  it.each(snippetsOf('docs/policies.md', 'Worked examples').map(({ text }, index) => [index + 1, text] as const))(
    'means what it says in worked example %s',
    async (_number, text) => {
      const { rules: written, defaultAction = 'ALLOW', passes, rejected } = JSON.parse(text);
      const rules: readonly PolicyRule[] = written.map((rule: Partial<PolicyRule>) => ({
        condition: null,
        cel: null,
        reason: null,
        ...rule,
      }));
      expect(checkRules(rules)).toEqual([]);
      const policies = policiesOf(rules, defaultAction);
      const senderActivity = { lastMinute: 1, lastHour: 9, lastDay: 20, open: 1 };
      const decide = (params: object) =>
        createPolicyEngine(inlineIsolate()).evaluate(
          facts({ params: { ...params }, policies, senderActivity }),
          new AbortController().signal,
        );
      expect(await decide(passes)).toEqual({ decision: 'PASS' });
      expect(await decide(rejected)).toMatchObject({ decision: 'DENY', kind: 'POLICY' });
    },
  );

  it('has ten worked examples', () => {
    expect(snippetsOf('docs/policies.md', 'Worked examples')).toHaveLength(10);
  });
});
