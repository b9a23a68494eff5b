import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Home } from '../cli/run-cli.ts';
import { connectClient } from '../mcp/mcp-client.ts';
import { eventually } from '../testkit/eventually.ts';
import { freePort } from '../testkit/free-port.ts';
import { platformForFile } from '../testkit/platform.ts';
import { type Bridged, bridged } from './bridged.ts';

const platform = platformForFile();

const SERVERS = {
  everything: import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
  filesystem: import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
  memory: import.meta.resolve('@modelcontextprotocol/server-memory/dist/index.js'),
};

const serverOf = (name: keyof typeof SERVERS) => [process.execPath, fileURLToPath(SERVERS[name])];

/** A client that speaks to a server of its own, without anything in between. */
async function direct([command = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const client = new Client({ name: 'test', version: '1' });
  const environment = { ...getDefaultEnvironment(), ...env };
  await client.connect(new StdioClientTransport({ command, args, env: environment, stderr: 'ignore' }));
  onTestFinished(() => client.close());
  return client;
}

/** What a tool answers, without what belongs to one exchange only. */
type Answer = Pick<CallToolResult, 'content' | 'structuredContent' | 'isError'>;

const answerOf = ({ content, structuredContent, isError = false }: CallToolResult): Answer => ({
  content: content.map(timeless),
  ...(structuredContent !== undefined && { structuredContent }),
  isError,
});

/** server-everything writes into its blobs at which second each was made. */
function timeless(block: CallToolResult['content'][number]): CallToolResult['content'][number] {
  if (block.type !== 'resource' || !('blob' in block.resource)) return block;
  const text = Buffer.from(block.resource.blob, 'base64').toString();
  const blob = Buffer.from(text.replace(/\d+:\d\d:\d\d/, 'now')).toString('base64');
  return { ...block, resource: { ...block.resource, blob } };
}

/** The same as the door answers it: what says what is wrong has its code, and what has no text a copy of what is structured. */
function behindTheDoor({ content, structuredContent, isError = false }: Answer): Answer {
  if (isError) {
    const [{ text = '' } = {}] = content as readonly { text?: string }[];
    return { content: [{ type: 'text', text: `tool_error: ${text}` }], isError };
  }
  const isRead = structuredContent === undefined || content.some(({ type }) => type === 'text');
  const copy = { type: 'text', text: JSON.stringify(structuredContent) } as const;
  return answerOf({ content: isRead ? content : [...content, copy], structuredContent, isError });
}

/** A client at the platform's door, with the key of a sender of its own. */
async function throughTheDoor({ agent, asker }: Bridged, mode: 'legacy' | 'auto' = 'auto'): Promise<Client> {
  const { apiKey } = await asker();
  return connectClient(platform, agent.handle, apiKey, mode);
}

type Calls = readonly (readonly [tool: string, params: Readonly<Record<string, unknown>>])[];

/** Calls each tool on both ways, in the same order, and holds the answers to be the same. */
async function compare(client: Client, door: Client, calls: Calls): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  for (const [name, params] of calls) {
    const theirs = answerOf(await client.callTool({ name, arguments: params }));
    const ours = answerOf(await door.callTool({ name, arguments: params }));
    expect(ours, `${name} ${JSON.stringify(params)}`).toEqual(behindTheDoor(theirs));
    answers.push(theirs);
  }
  return answers;
}

const EVERYTHING: Calls = [
  ['echo', { message: 'Grüße' }],
  ['get-sum', { a: 2, b: 40 }],
  ['get-tiny-image', {}],
  ['get-annotated-message', { messageType: 'error', includeImage: true }],
  ['get-resource-links', { count: 3 }],
  ['get-resource-reference', { resourceType: 'Blob', resourceId: 1 }],
  ['get-structured-content', { location: 'Chicago' }],
  ['trigger-long-running-operation', { duration: 0.1, steps: 2 }],
];

describe('an MCP server behind the platform answers as it does directly', () => {
  it('server-everything: text, images, links, resources, structured content', async () => {
    const server = serverOf('everything');
    const behind = await bridged(platform, 'mcp', () => ['--', ...server]);
    const [client, door] = await Promise.all([direct(server), throughTheDoor(behind)]);
    const kinds = (await compare(client, door, EVERYTHING)).flatMap(({ content }) => content.map(({ type }) => type));
    expect([...new Set(kinds)].sort()).toEqual(['image', 'resource', 'resource_link', 'text']);
  });

  it('server-everything at a URL', async () => {
    const port = await freePort();
    const [command = '', entry = ''] = serverOf('everything');
    const http = new StdioClientTransport({
      command,
      args: [entry, 'streamableHttp'],
      env: { ...getDefaultEnvironment(), PORT: String(port) },
      stderr: 'ignore',
    });
    await http.start();
    onTestFinished(() => http.close());
    const url = `http://127.0.0.1:${port}/mcp`;
    await eventually(() => fetch(url));
    const behind = await bridged(platform, 'mcp', () => [url]);
    await compare(await direct(serverOf('everything')), await throughTheDoor(behind, 'legacy'), EVERYTHING);
  });

  it('server-filesystem: files, large ones, and what it refuses', async () => {
    const files = (home: Home) => join(realpathSync(home.folder), 'files');
    const behind = await bridged(platform, 'mcp', (of) => {
      mkdirSync(files(of));
      writeFileSync(join(files(of), 'a.txt'), 'some text\n'.repeat(3));
      writeFileSync(join(files(of), 'large.txt'), 'x'.repeat(400_000));
      writeFileSync(join(files(of), 'dot.png'), Buffer.from('iVBORw0KGgo=', 'base64'));
      return ['--', ...serverOf('filesystem'), files(of)];
    });
    const { home } = behind;
    const [client, door] = await Promise.all([
      direct([...serverOf('filesystem'), files(home)]),
      throughTheDoor(behind),
    ]);
    const at = (name: string) => join(files(home), name);
    const answers = await compare(client, door, [
      ['list_directory', { path: files(home) }],
      ['read_text_file', { path: at('a.txt'), head: 2 }],
      ['read_text_file', { path: at('large.txt') }],
      ['read_media_file', { path: at('dot.png') }],
      ['read_text_file', { path: '/etc/hostname' }],
      ['write_file', { path: at('new.txt'), content: 'new' }],
      ['read_multiple_files', { paths: [at('new.txt'), at('none.txt')] }],
    ]);
    expect(answers.map(({ isError }) => isError)).toEqual([false, false, false, false, true, false, false]);
  });

  it('server-memory: a graph that grows', async () => {
    const graph = (home: Home, name: string) => join(home.folder, name);
    const behind = await bridged(platform, 'mcp', (of) => [
      ...['--env', `MEMORY_FILE_PATH=${graph(of, 'bridged.jsonl')}`],
      ...['--', ...serverOf('memory')],
    ]);
    const client = await direct(serverOf('memory'), { MEMORY_FILE_PATH: graph(behind.home, 'direct.jsonl') });
    const ada = { name: 'Ada', entityType: 'person', observations: ['writes programs'] };
    await compare(client, await throughTheDoor(behind), [
      ['create_entities', { entities: [ada, { ...ada, name: 'Charles' }] }],
      ['create_relations', { relations: [{ from: 'Ada', to: 'Charles', relationType: 'writes to' }] }],
      ['search_nodes', { query: 'Ada' }],
      ['read_graph', {}],
      ['delete_entities', { entityNames: ['Charles'] }],
      ['read_graph', {}],
    ]);
  });
});
