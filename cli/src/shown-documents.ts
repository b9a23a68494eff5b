import { stringify } from 'yaml';
import type { PoliciesForm } from './document-forms.ts';
import { snake } from './documents.ts';

/** A contract as YAML lines that can be compared: by the names of files, sorted, without what says nothing. */
export const contractLines = (capabilities: readonly object[]): readonly string[] =>
  lines({ capabilities: capabilities.map((each) => shown(each, { resultFormat: 'JSON' })) });

/** Policies likewise. */
export const policyLines = ({ rules, defaultAction = 'ALLOW' }: PoliciesForm): readonly string[] =>
  lines({
    default_action: defaultAction.toLowerCase(),
    rules: rules.map(({ action, expiresAt, ...rule }) => ({
      ...shown(rule, {}),
      action: String(action).toLowerCase(),
      // However the moment is written.
      ...(expiresAt != null && { expires_at: new Date(expiresAt).toISOString() }),
    })),
  });

const lines = (value: object): readonly string[] =>
  stringify(value, { sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false }).trimEnd().split('\n');

/** Without null, without empty objects, and without what is so by default. */
function shown(value: object, defaults: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said = Object.entries(value).filter(
    ([name, member]) => member != null && member !== defaults[name] && !isEmpty(member),
  );
  return Object.fromEntries(
    said.map(([name, member]) => [
      snake(name),
      name === 'hints' ? shown(member, {}) : name === 'resultFormat' ? String(member).toLowerCase() : member,
    ]),
  );
}

/** An object in which nothing is said. */
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => each == null);
