import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Bridge } from '../../cli/src/bridge/engine.ts';
import { childEnvironment } from '../../cli/src/bridge/environment.ts';
import { ChildTransport } from '../../cli/src/bridge/mcp/child-transport.ts';
import { McpSource } from '../../cli/src/bridge/mcp/source.ts';
import { hasTools, TOOLS } from '../enforcement/fixtures/mcp-tools.ts';
import { registerAgent } from '../testkit/actors.ts';
import { eventually, within } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { FIXTURE } from './bridged.ts';

const platform = platformForFile();
const LISTS = hasTools ? readdirSync(TOOLS).map((file) => join(TOOLS, file)) : [];

/** The one schema of all lists that is larger than a schema may be. */
const TOO_LARGE = 'brave_place_search';

type Tool = {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly inputSchema: object;
  readonly outputSchema?: object;
  readonly annotations?: Readonly<Record<string, unknown>>;
};

const CONTRACT = `query ($id: ID!) { agent(id: $id) { capabilities { capabilities {
  action title description paramsSchema resultFormat resultSchema hints { readOnly destructive idempotent openWorld }
} } } }`;

/** What the contract is to say of a tool. */
const capabilityOf = ({ name, title, description, inputSchema, outputSchema, annotations = {} }: Tool) => ({
  action: name,
  title: title ?? annotations.title ?? null,
  description: description ?? null,
  paramsSchema: inputSchema,
  resultFormat: 'CONTENT',
  resultSchema: (name === TOO_LARGE ? null : outputSchema) ?? null,
  hints: {
    readOnly: annotations.readOnlyHint ?? null,
    destructive: annotations.destructiveHint ?? null,
    idempotent: annotations.idempotentHint ?? null,
    openWorld: annotations.openWorldHint ?? null,
  },
});

/** Runs a bridge in this process, since there are many, until it has published what is in the file; answers what it said. */
async function offeredBy(file: string, { apiKey }: { readonly apiKey: string }): Promise<readonly string[]> {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const [command = '', ...args] = [...FIXTURE, file];
  const source = new McpSource({
    connect: () => new ChildTransport({ command, args, env: childEnvironment([]) }, say),
    protocol: 'legacy',
    sessions: 'shared',
    sessionsMax: 1,
    sessionIdleMs: 1_000,
    waitersMax: 0,
    resultMaxBytes: 1_024,
    version: '0',
    say,
  });
  const bridge = new Bridge({
    url: platform.url,
    apiKey,
    source,
    narrowing: { allow: [], deny: [], readOnly: false },
    holdsDestructive: false,
    concurrency: 1,
    openJournal: async () => null,
    resultMaxBytes: 1_024,
    say,
  });
  const end = new AbortController();
  const ended = bridge.run(end.signal);
  await eventually(() => expect(said).toContain('the channel is open')).finally(() => end.abort());
  await within(ended, 'end of the bridge');
  return said;
}

describe.skipIf(!hasTools)('the tools of 20 public MCP servers', () => {
  test.each(LISTS.map((file) => [basename(file), file]))('%s is published whole', async (_name, file) => {
    const { tools } = JSON.parse(readFileSync(file, 'utf8')) as { readonly tools: readonly Tool[] };
    const agent = await registerAgent(platform);
    const said = await offeredBy(file, agent);
    const { agent: found } = await ask(platform, CONTRACT, { id: agent.id });
    expect(found.capabilities.capabilities).toEqual(tools.map(capabilityOf));
    expect(said.filter((line) => line.startsWith('left out'))).toEqual(
      tools.some(({ name }) => name === TOO_LARGE)
        ? [expect.stringMatching(/^left out: the result schema of brave_place_search: .*16,384/)]
        : [],
    );
  });
});

test.runIf(!hasTools)('the tools of public MCP servers are not tried: ../shared/data is not beside the project', () => {
  expect(hasTools).toBe(false);
});
