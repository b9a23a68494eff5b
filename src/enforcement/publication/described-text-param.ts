import type { Capability } from '../../domain/contract.ts';
import type { Findings } from '../../domain/publication.ts';
import { quoted } from '../printable.ts';
import { meant } from './check-rule.ts';
import { offerOf } from './offer.ts';
import { NOTHING, TEXT, typesInWords } from './types.ts';

/** What a capability's text param and its schema say of each other; `path` is the capability's. */
export function checkDescribedTextParam(path: string, capability: Capability): Findings {
  const { textParam } = capability;
  if (textParam === null) return { errors: [], warnings: [] };
  const offer = offerOf(capability);
  const { types, isDescribed, isExcluded } = offer.of([textParam]);
  const found = (message: string) => [{ path: `${path}.textParam`, message }];
  const hint = meant(textParam, offer.names);
  if (isExcluded || types === NOTHING) {
    return { errors: found(`The schema lets no request have ${quoted(textParam)}${hint}`), warnings: [] };
  }
  if ((types & TEXT) === 0) {
    const message = `${quoted(textParam)} is ${typesInWords(types)} by the schema, and so takes no text`;
    return { errors: found(message), warnings: [] };
  }
  const isUnnamed = offer.namesParams && !isDescribed;
  return { errors: [], warnings: isUnnamed ? found(`The schema says nothing of ${quoted(textParam)}${hint}`) : [] };
}
