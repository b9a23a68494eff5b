import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/domain/contract.ts';
import { analyseSchema } from '../../src/enforcement/contract/analyse-schema.ts';
import { refusalOf } from '../../src/enforcement/contract/check-params.ts';
import { compileAnyPattern } from '../../src/enforcement/contract/compile-pattern.ts';
import { compileSchema } from '../../src/enforcement/contract/compile-schema.ts';
import { hasTools, randomNumbers, schemasOfTools, valueFor } from './fixtures/mcp-tools.ts';

const VALUES = 40;

/** What ajv says as it is, by the draft that the schema names. */
function plainAjv(schema: JsonObject): (value: JsonValue) => boolean {
  const is2020 = String(schema.$schema).includes('2020-12');
  const ajv = new (is2020 ? Ajv2020 : Ajv)({ strict: false, logger: false, validateFormats: true });
  addFormats.default(ajv);
  return ajv.compile(schema);
}

describe.skipIf(!hasTools)('the tools of 20 public MCP servers', () => {
  const schemas = hasTools ? schemasOfTools() : [];

  test('are taken, every one but an output of 71 KiB', () => {
    const refused = schemas.flatMap(([name, schema]) => {
      const analysed = analyseSchema(schema);
      return analysed.ok ? [] : [[name, analysed.problems]];
    });
    expect(schemas.length).toBe(387);
    expect(refused).toEqual([
      [
        'brave__brave-search-mcp-server.json brave_place_search, output',
        ['The schema is 71,381 bytes as JSON; at most 16,384 are allowed'],
      ],
    ]);
  });

  test('are judged as plain ajv judges them', { timeout: 120_000 }, () => {
    const counts = { valid: 0, invalid: 0 };
    for (const [index, [name, schema]] of schemas.entries()) {
      const analysed = analyseSchema(schema);
      if (!analysed.ok) continue;
      const ours = compileSchema(analysed.schema, compileAnyPattern);
      const theirs = plainAjv(schema);
      const random = randomNumbers(index + 1);
      for (let round = 0; round < VALUES; round++) {
        const value = valueFor(schema, schema, random);
        const isValid = refusalOf(ours, value as JsonObject) === null;
        counts[isValid ? 'valid' : 'invalid'] += 1;
        expect(isValid, `${name} ${JSON.stringify(value)}`).toBe(theirs(value));
      }
    }
    // Both happen often enough for the comparison to say something.
    expect(Math.min(counts.valid, counts.invalid)).toBeGreaterThan(2_000);
  });
});

test.runIf(!hasTools)('the tools of public MCP servers are not tried: ../shared/data is not beside the project', () => {
  expect(hasTools).toBe(false);
});
