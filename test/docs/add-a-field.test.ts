import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, isInputObjectType, isObjectType } from 'graphql';
import { describe, expect, it, onTestFinished } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const TABLE = 'src/domain/contract.ts';
const run = promisify(execFile);

/** The row that the guide shows. */
const row = () => /```ts\n(.*\n)```/.exec(readFileSync(join(ROOT, 'docs/guides/add-a-field.md'), 'utf8'))?.[1] ?? '';

/** A copy of the source with the guide's row in the table of capabilities, and both contracts printed from it. */
async function contractsWithTheRow() {
  const scratch = mkdtempSync(join(tmpdir(), 'clawcierge-field-'));
  onTestFinished(() => rmSync(scratch, { recursive: true }));
  for (const name of ['src', 'scripts', 'schema', 'package.json']) {
    cpSync(join(ROOT, name), join(scratch, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'node_modules'));
  const table = readFileSync(join(scratch, TABLE), 'utf8');
  const start = 'export const CAPABILITY = Type.Object({\n';
  expect(table).toContain(start);
  writeFileSync(join(scratch, TABLE), table.replace(start, start + row()));
  for (const script of ['scripts/print-schema.ts', 'scripts/print-openapi.ts']) {
    await run(process.execPath, [join(scratch, script)], { cwd: scratch });
  }
  const printed = (name: string) => readFileSync(join(scratch, 'schema', name), 'utf8');
  return { scratch, schema: buildSchema(printed('schema.graphql')), document: JSON.parse(printed('openapi.json')) };
}

const filesOf = (root: string) =>
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

describe("the guide's row in the table of capabilities", () => {
  it('is all that GraphQL and REST need to take and to show the field', async () => {
    const { scratch, schema, document } = await contractsWithTheRow();

    const type = schema.getType('Capability');
    const input = schema.getType('CapabilityInput');
    expect(isObjectType(type) && type.getFields().title?.type.toString()).toBe('String');
    expect(isInputObjectType(input) && input.getFields().title?.type.toString()).toBe('String');
    expect(isInputObjectType(input) && input.getFields().title?.description).toMatch(/At most 200 characters\.$/);

    const { content } = document.paths['/v1/agents/{id}/capabilities'].put.requestBody;
    const { properties, required } = content['application/json'].schema.properties.capabilities.items;
    expect(properties.title).toMatchObject({ type: ['string', 'null'], maxLength: 200 });
    expect(required).not.toContain('title');
    for (const component of ['CapabilityContract', 'DirectoryEntry']) {
      const { items } = document.components.schemas[component].properties.capabilities;
      expect(items.properties.title).toMatchObject({ type: ['string', 'null'] });
      expect(items.required).toContain('title');
    }

    const changed = filesOf(scratch).filter(
      (name) => readFileSync(join(scratch, 'src', name), 'utf8') !== readFileSync(join(ROOT, 'src', name), 'utf8'),
    );
    expect(changed.map((name) => `src/${name}`)).toEqual([TABLE]);
  });
});
