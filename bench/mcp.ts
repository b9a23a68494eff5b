// Benchmark: what a call over MCP costs a node, in both eras, beside the same request over REST.
import { parseArgs } from 'node:util';
import { registerParties } from './parties.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';
import { Stand } from './stand.ts';
import { startOurs } from './system.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Of each door in each round. */
    calls: { type: 'string', default: '400' },
    workers: { type: 'string', default: '8' },
    'warm-up': { type: 'string', default: '1500' },
    ...REPORT_OPTIONS,
  },
});

const VERSION = '2026-07-28';
const TOOL = 'bench_echo';

type Call = { readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body: object };

/** The same request at each door, waited for until it is done. */
function callsTo(handle: string): Readonly<Record<'REST' | 'MCP' | 'MCP, legacy', Call>> {
  const params = { number: 7 };
  const path = `/mcp/${handle}`;
  const accept = 'application/json, text/event-stream';
  const message = (_meta: object) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: TOOL, arguments: params, _meta },
  });
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const headers = { accept, 'mcp-protocol-version': VERSION, 'mcp-method': 'tools/call', 'mcp-name': TOOL };
  return {
    REST: {
      path: `/v1/agents/${handle}/requests`,
      headers: { prefer: 'wait=30' },
      body: { action: 'bench.echo', params },
    },
    MCP: { path, headers, body: message(envelope) },
    'MCP, legacy': { path, headers: { accept, 'mcp-protocol-version': '2025-11-25' }, body: message({}) },
  };
}

const report = new Report('mcp', values);
const stand = await Stand.begin({ withRedis: false });
try {
  const ours = await startOurs(stand, { nodes: 1, agents: 1 });
  const [url = ''] = ours.urls;
  const { handle, agentKey, senderKey } = await registerParties(url);
  await stand.startAgent('agent', { url, apiKey: agentKey, onLine: () => {} });
  const doors = Object.entries(callsTo(handle));

  const callOnce = async ({ path, headers, body }: Call) => {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${senderKey}`, ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status !== 200 || !text.includes('"attempt":1')) throw new Error(`${path} answered ${text}`);
  };
  const run = async (call: Call, calls: number) => {
    let left = calls;
    const work = async () => {
      for (; left > 0; await callOnce(call)) left -= 1;
    };
    await Promise.all(Array.from({ length: Number(values.workers) }, work));
  };

  for (const [, call] of doors) await run(call, Number(values['warm-up']));
  const costs = new Map<string, number[]>(doors.map(([door]) => [door, []]));
  const calls = Number(values.calls);
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const [door, call] of doors) {
      const before = ours.cpu().server;
      await run(call, calls);
      costs.get(door)?.push((ours.cpu().server - before) / calls);
    }
  }
  const medians = doors.map(([door]) => [door, percentile(costs.get(door) ?? [], 50)] as const);
  const [[, ofRest] = ['REST', 0]] = medians;
  for (const [door, ms] of medians) {
    report.add(door, { 'server CPU of a call (ms)': ms, 'more than REST (ms)': ms - ofRest });
  }
  await report.end(stand.databaseUrl);
} finally {
  await stand.end();
}
