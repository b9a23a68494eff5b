import type { Capability } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import type { Findings } from '../../domain/publication.ts';
import { readConstraint } from '../contract/constraints.ts';
import { printable, quoted } from '../printable.ts';
import { meant } from './check-rule.ts';
import { offerOf } from './offer.ts';
import { NOTHING, NUMBER, typesInWords } from './types.ts';

/** What a capability's constraints and its schema say of each other; `path` is the capability's. */
export function checkDescribedConstraints(path: string, capability: Capability): Findings {
  const keys = Object.keys(capability.constraints);
  if (keys.length === 0) return { errors: [], warnings: [] };
  const offer = offerOf(capability);
  const errors: InputIssue[] = [];
  const warnings: InputIssue[] = [];
  for (const key of keys) {
    const param = readConstraint(key)?.param;
    if (param === undefined) continue;
    const at = `${path}.constraints.${printable(key)}`;
    const { types, isDescribed, isExcluded } = offer.of([param]);
    if (isExcluded || types === NOTHING) {
      errors.push({
        path: at,
        message: `The schema lets no request have ${quoted(param)}${meant(param, offer.names)}`,
      });
    } else if ((types & NUMBER) === 0) {
      errors.push({
        path: at,
        message: `${quoted(param)} is ${typesInWords(types)} by the schema, and only numbers have bounds`,
      });
    } else if (!isDescribed) {
      const unbound = 'requests without it are not bounded';
      warnings.push({
        path: at,
        message: `The schema says nothing of ${quoted(param)}, and ${unbound}${meant(param, offer.names)}`,
      });
    }
  }
  return { errors, warnings };
}
