import { readFileSync } from 'node:fs';
import { buildSchema, isInterfaceType, isObjectType, isUnionType } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as sdk from '../../agent-sdk/src/index.ts';
import { DomainError, type ErrorField, exampleOf } from '../../src/domain/domain-error.ts';
import { ERRORS } from '../../src/domain/error-registry.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import { kindOf, PROBLEMS } from '../../src/transport/rest/problem-catalogue.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const schema = buildSchema(read('schema/schema.graphql'));
const openapi = JSON.parse(read('schema/openapi.json')) as {
  components: { schemas: { Problem: { properties: Record<string, unknown> } } };
};
const protocol = read('schema/agent-protocol.md');

const named = ERRORS.map((errorClass) => ({ name: errorClass.name, row: errorClass.row, errorClass }));

describe.each(named)('$name', ({ name, row, errorClass }) => {
  it('is called by its code everywhere', () => {
    expect(row.code).toBe(
      name
        .replace(/Error$/, '')
        .replaceAll(/(?<!^)[A-Z]/g, (letter) => `_${letter}`)
        .toLowerCase(),
    );
    expect(row.graphqlType ?? name).toBe(name);
  });

  it('is an error of its own class, with its fields and a text of its own', () => {
    const error = exampleOf(errorClass);
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toBeInstanceOf(DomainError);
    expect(error.row).toBe(row);
    expect(error.code).toBe(row.code);
    expect(error.message).not.toBe('');
    for (const [field, { example }] of Object.entries<ErrorField>(row.fields ?? {}))
      expect(error).toHaveProperty(field, example);
  });

  it('is a problem of its HTTP status in REST, and every member of it is documented', () => {
    const problem = PROBLEMS[kindOf(row.code)];
    expect(problem).toMatchObject({ status: row.status, title: row.title, meaning: row.description });
    const documented = Object.keys(openapi.components.schemas.Problem.properties);
    expect(documented).toEqual(expect.arrayContaining(Object.keys(problem.members ?? {})));
  });

  it('says when to try again if, and only if, it is worth it', () => {
    const { fields = {} } = row;
    expect('retryAfterSeconds' in fields || row.retryAfterSeconds !== undefined).toBe(row.retryable === true);
  });

  it.runIf(row.graphqlType !== undefined)('is an object type of the schema, with its fields and their texts', () => {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`${name} is not in schema.graphql`);
    expect(type.description).toBe(row.description);
    expect(type.getInterfaces().map(String)).toEqual(['DomainError']);
    const fields = Object.entries(type.getFields()).map(([field, { description }]) => [field, description]);
    const described = Object.entries<ErrorField>(row.fields ?? {}).map(([field, { description }]) => [
      field,
      description,
    ]);
    expect(Object.fromEntries(fields)).toMatchObject(Object.fromEntries(described));
    expect(fields).toHaveLength(described.length + 1);
  });

  it.runIf(row.graphqlType !== undefined)('is a class of the SDK, with its fields', () => {
    const sdkClass = (sdk as Readonly<Record<string, unknown>>)[name] as new (text: string, fields: object) => object;
    const { message, ...fields } = exampleOf(errorClass);
    const error = new sdkClass(message, fields);
    expect(error).toBeInstanceOf(sdk.ClawciergeError);
    expect(error).toMatchObject({ message, ...fields, retryable: row.retryable ?? false });
  });

  it.runIf(row.wireCode !== undefined)('is a code on the protocol page', () => {
    expect(protocol).toContain(`\n| \`${row.wireCode}\` |`);
  });

  it.runIf(row.closeCode !== undefined)('is a close code on the protocol page', () => {
    expect(protocol).toContain(`\n| ${row.closeCode} |`);
  });
});

describe('errors', () => {
  it('are all there is behind the interface DomainError, and a union holds nothing else but a success', () => {
    const types = Object.values(schema.getTypeMap());
    const domainError = schema.getType('DomainError');
    if (!isInterfaceType(domainError)) throw new Error('there is no DomainError');
    const implemented = schema.getPossibleTypes(domainError).map(String);
    expect(implemented.sort()).toEqual(named.flatMap(({ row }) => row.graphqlType ?? []).sort());
    const results = types.filter(isUnionType).filter(({ name }) => name.endsWith('Result'));
    expect(results.length).toBeGreaterThan(10);
    for (const result of results) {
      const others = result
        .getTypes()
        .map(String)
        .filter((name) => !implemented.includes(name));
      expect(others, result.name).toEqual([expect.stringMatching(/Success$/)]);
    }
  });

  it('keep their cause', () => {
    const cause = new Error('the connection was refused');
    expect(new UnavailableError('Not now.', 1, { cause }).cause).toBe(cause);
  });
});
