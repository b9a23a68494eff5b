import { readFileSync } from 'node:fs';
import {
  type GraphQLField,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/transport/graphql/schema.ts';

const ownTypes = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

type AnyField = GraphQLField<unknown, unknown>;
type Described = { readonly name: string; readonly description?: string | null | undefined };

/** Everything in the schema that has a name of its own, by its path. */
function* everythingIn(type: GraphQLNamedType): Generator<readonly [path: string, described: Described]> {
  yield [type.name, type];
  if (isEnumType(type)) {
    for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value];
  }
  if (isInputObjectType(type)) {
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field];
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field];
      for (const arg of field.args) yield [`${type.name}.${field.name}(${arg.name})`, arg];
    }
  }
}

/** What the field's own definition says of who may see it; undefined where it says nothing. */
const scopesOf = (field: AnyField): unknown => {
  const options = field.extensions?.pothosOptions;
  return typeof options === 'object' && options !== null && 'authScopes' in options ? options.authScopes : undefined;
};

describe('the schema', () => {
  it('is the one that is committed', () => {
    const committed = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
    const printed = printSchema(lexicographicSortSchema(schema));
    expect(committed.endsWith(`\n\n${printed}\n`), 'run `npm run generate`').toBe(true);
  });

  it('describes every type, field, argument and enum value', () => {
    const undescribed = ownTypes
      .flatMap((type) => [...everythingIn(type)])
      .filter(([, { description }]) => !description?.trim())
      .map(([path]) => path);
    expect(undescribed).toEqual([]);
  });

  it('says of every root field who may use it', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const open = roots.flatMap((root) =>
      Object.values(root?.getFields() ?? {})
        .filter((field) => scopesOf(field) === undefined)
        .map((field) => `${root?.name}.${field.name}`),
    );
    expect(open).toEqual([]);
  });

  it('guards every field that says it is not for everybody', () => {
    const unguarded = ownTypes.filter(isObjectType).flatMap((type) =>
      Object.values(type.getFields())
        .filter(({ description }) => /\[(owner|admin|party)\]/.test(description ?? ''))
        .filter((field) => scopesOf(field) === undefined)
        .map((field) => `${type.name}.${field.name}`),
    );
    expect(unguarded).toEqual([]);
  });

  it('lets everybody see of an agent what the directory shows, and nothing else', () => {
    const agent = schema.getType('Agent');
    const open = isObjectType(agent) ? Object.values(agent.getFields()).filter((field) => !scopesOf(field)) : [];
    expect(open.map(({ name }) => name).sort()).toEqual([
      'capabilities',
      'createdAt',
      'description',
      'displayName',
      'handle',
      'id',
      'status',
      'updatedAt',
    ]);
  });
});
