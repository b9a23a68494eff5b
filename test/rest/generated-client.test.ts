import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { complete, openChannel } from '../testkit/actors.ts';
import { platformForTest } from '../testkit/platform.ts';
import { apiDocument } from './api-operations.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORKSPACE = 'test/generated-client';

/** In a variable, because it compiles only once the client has been generated. */
const WALKTHROUGH = new URL(`../../${WORKSPACE}/walkthrough.ts`, import.meta.url).href;

type Answer = (agent: { id: string; handle: string; apiKey: string }, requestId: string) => Promise<void>;
type Walkthrough = { walkthrough(url: string, answer: Answer): Promise<unknown> };

describe('a client that openapi-typescript generates', () => {
  beforeAll(async () => {
    await run('npm', ['run', '--silent', 'generate', '--workspace', WORKSPACE], { cwd: ROOT });
  }, 120_000);

  it('takes params of any shape, and knows the members of answers and problems, as the compiler says', async () => {
    const tsc = `${ROOT}/node_modules/typescript/bin/tsc`;
    const { stdout } = await run(process.execPath, [tsc, '-p', WORKSPACE], { cwd: ROOT }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it('does the whole job', async () => {
    const platform = await platformForTest();
    const { walkthrough } = (await import(WALKTHROUGH)) as Walkthrough;
    const done = await walkthrough(platform.url, async (agent, requestId) => {
      const channel = await openChannel(platform, agent);
      await channel.received(requestId);
      await complete(platform, agent, requestId, { added: true });
    });
    expect(done).toEqual({
      outcome: { status: 'completed', result: { added: true } },
      refusal: { kind: 'invalid_params', paths: ['params.title'], warned: ['parms'] },
    });
  });
});

describe('objects in the API document', () => {
  it('have fields, or may have any: without either, generated clients take none at all', () => {
    const closed: string[] = [];
    const look = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { type, properties, additionalProperties } = schema as Readonly<Record<string, unknown>>;
      const isObject = [type].flat().includes('object');
      if (isObject && !properties && !additionalProperties) closed.push(path);
      for (const [name, value] of Object.entries(schema)) {
        if (!/^(examples?|default|enum|const)$/.test(name) || path.endsWith('/properties'))
          look(value, `${path}/${name}`);
      }
    };
    look(apiDocument, '');
    expect(closed).toEqual([]);
  });
});
