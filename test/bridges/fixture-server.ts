/**
 * An MCP server over stdio for the tests of bridges, as plain as one can be. With a file as its argument it offers the tools
 * that are in it, and does none of them.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

type Message = { readonly id?: number; readonly method: string; readonly params?: Params };
type Params = {
  readonly name: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly _meta?: { readonly progressToken?: string | number };
  readonly requestId?: number;
};

const [, , listed] = process.argv;
const text = { type: 'object', properties: { text: { type: 'string' } } };
const READ_ONLY = { readOnlyHint: true };
let notes: string[] = [];
let tools: object[] = [
  { name: 'note', inputSchema: text, annotations: { destructiveHint: false } },
  { name: 'notes', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'write', inputSchema: text, annotations: { destructiveHint: true } },
  { name: 'look', inputSchema: text, annotations: READ_ONLY },
  { name: 'crash', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'fail', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'refuse', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'steps', inputSchema: text, annotations: READ_ONLY },
  { name: 'orphan', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'blocks', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'large', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'twice', inputSchema: { type: 'object' }, annotations: READ_ONLY },
  { name: 'grow', inputSchema: text, annotations: READ_ONLY },
  { name: 'bad name', inputSchema: { type: 'object' } },
  {
    name: 'bad_output',
    inputSchema: { type: 'object' },
    outputSchema: { type: 'object', $ref: 'https://a.example/b' },
  },
];
if (listed !== undefined) ({ tools } = JSON.parse(readFileSync(listed, 'utf8')));

const send = (message: object) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const say = (...lines: string[]) => ({ content: lines.map((line) => ({ type: 'text', text: line })) });
const running = new Map<number, AbortController>();

/** Until somebody makes the file; what is asked for is begun by then, and not done. */
async function untilThere(file: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(file)) {
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function call({ name, arguments: given = {}, _meta }: Params, signal: AbortSignal): Promise<object> {
  switch (name) {
    case 'note':
      notes = [...notes, given.text ?? ''];
      return say('noted');
    case 'notes':
      return say(...notes);
    case 'write':
    case 'look':
      appendFileSync(`${given.text}.begun`, 'begun\n');
      await untilThere(`${given.text}.go`, signal);
      appendFileSync(`${given.text}.ended`, signal.aborted ? 'cancelled\n' : 'done\n');
      return say('done');
    case 'crash':
      process.exit(3);
      break;
    case 'fail':
      return { isError: true, ...say('It is closed', 'on Sundays') };
    case 'steps': {
      const told = { progressToken: _meta?.progressToken, progress: 1, total: 3, message: 'one of three' };
      send({ method: 'notifications/progress', params: told });
      await untilThere(`${given.text}.go`, signal);
      return say('done');
    }
    case 'orphan': {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      return say(String(process.pid), String(child.pid));
    }
    case 'blocks':
      return { content: Array.from({ length: 65 }, () => ({ type: 'text', text: 'x' })) };
    case 'large':
      return say('x'.repeat(1024 * 1024));
    case 'twice': {
      const structuredContent = { text: 'x'.repeat(600_000) };
      return { ...say(JSON.stringify(structuredContent, null, 2)), structuredContent };
    }
    case 'grow':
      tools = [...tools, { name: given.text, inputSchema: { type: 'object' } }];
      send({ method: 'notifications/tools/list_changed' });
      return say('grown');
  }
  throw new Error(`There is no ${name}`);
}

async function answer({ id, method, params }: Message): Promise<void> {
  switch (method) {
    case 'initialize': {
      const { protocolVersion } = params as unknown as { protocolVersion: string };
      const serverInfo = { name: 'fixture', version: '1' };
      send({ id, result: { protocolVersion, serverInfo, capabilities: { tools: { listChanged: true } } } });
      break;
    }
    case 'tools/list':
      send({ id, result: { tools } });
      break;
    case 'tools/call': {
      const aborted = new AbortController();
      running.set(id as number, aborted);
      try {
        send({ id, result: await call(params as Params, aborted.signal) });
      } catch (error) {
        send({ id, error: { code: -32602, message: (error as Error).message } });
      }
      break;
    }
    case 'notifications/cancelled':
      running.get(params?.requestId as number)?.abort();
      break;
    default:
      if (id !== undefined) send({ id, error: { code: -32601, message: 'Method not found' } });
  }
}

process.stdout.write('This line is no message of the protocol.\n');
process.stderr.write('the fixture is there\n');
createInterface({ input: process.stdin }).on('line', (line) => void answer(JSON.parse(line)));
