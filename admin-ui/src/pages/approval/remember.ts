import type { Params } from '../../components/json-values.ts';
import type { RememberAs, RememberParamInput } from '../../generated/graphql.ts';
import { isSchema } from '../agent/schema-rows.ts';

/** What may be chosen for later requests in one param. */
export type Choosable = {
  readonly field: string;
  /** What is approved. */
  readonly value: unknown;
  readonly ways: readonly RememberAs[];
  /** What the contract lists, where anything means one of these. */
  readonly listed: readonly unknown[] | null;
};

/** What was chosen for a param; a bound that is empty is none. */
export type Chosen = { readonly as: RememberAs; readonly min: string | number; readonly max: string | number };

export const AS_APPROVED: Chosen = { as: 'VALUE', min: '', max: '' };

/** What there is to choose, param by param; the platform decides. */
export function choosables(params: Params, schema: Params): readonly Choosable[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  return Object.entries(params).map(([field, value]) => {
    const described = Object.hasOwn(properties, field) ? properties[field] : undefined;
    const listed = isSchema(described) && Array.isArray(described.enum) ? described.enum : null;
    return { field, value, ways: waysOf(value, listed), listed };
  });
}

function waysOf(value: unknown, listed: readonly unknown[] | null): readonly RememberAs[] {
  if (typeof value === 'number') return ['VALUE', 'BOUND', 'ANY'];
  return typeof value === 'boolean' || listed?.includes(value) ? ['VALUE', 'ANY'] : ['VALUE'];
}

/** What is sent: a param that is not named is bound to its value. */
export const choicesOf = (chosen: Readonly<Record<string, Chosen>>): readonly RememberParamInput[] =>
  Object.entries(chosen).flatMap(([field, { as, min, max }]) =>
    as === 'VALUE' ? [] : [{ field, as, ...(as === 'BOUND' && { min: boundOf(min), max: boundOf(max) }) }],
  );

const boundOf = (bound: string | number): number | null => (bound === '' ? null : Number(bound));
