import type { Capability } from '../../domain/contract.ts';
import { type Described, ParamTypes } from './param-types.ts';
import { ANY_JSON, NOTHING, type Types } from './types.ts';

/** What a request for one action can have in its params, as far as the contract says. */
export type Offer = {
  readonly action: string;
  /** Its schema names params, so one that it does not name is not there. */
  readonly namesParams: boolean;
  /** Names of the params that its schema describes. */
  readonly names: readonly string[];
  of(path: readonly string[]): Described;
};

/** All that a contract offers. */
export type Offers = {
  readonly all: readonly Offer[];
  readonly actions: ReadonlySet<string>;
  /** Names of the params of all actions. */
  readonly names: ReadonlySet<string>;
};

export function offersOf(capabilities: readonly Capability[]): Offers {
  const all = capabilities.map(offerOf);
  return {
    all,
    actions: new Set(all.map(({ action }) => action)),
    names: new Set(all.flatMap(({ names }) => names)),
  };
}

export function offerOf({ action, paramsSchema }: Capability): Offer {
  const params = new ParamTypes(paramsSchema);
  return { action, namesParams: !params.isSilent, names: params.names, of: (path) => params.of(path) };
}

/** What the param can be in requests that the contract lets pass; nothing where it is not there. */
export function typesOfParam(offer: Offer | null, path: readonly string[]): Types {
  if (offer === null) return ANY_JSON;
  if (path.length > 1 && typesOfParam(offer, path.slice(0, 1)) === NOTHING) return NOTHING;
  const { types, isDescribed, isExcluded } = offer.of(path);
  if (isExcluded) return NOTHING;
  // A member that nobody described may be there all the same: only params are named by everybody who names any.
  return path.length === 1 && offer.namesParams && !isDescribed ? NOTHING : types;
}
