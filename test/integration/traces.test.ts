import { describe, expect, it, onTestFinished } from 'vitest';
import { ClawciergeAgent, ClawciergeClient, silentLogger } from '../../agent-sdk/src/index.ts';
import { agentAndSender, registerSender, STANDUP, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { linesWith } from '../testkit/log-lines.ts';
import { platformForFile, platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { startTraceCollector } from '../testkit/trace-collector.ts';
import { RawChannel } from '../websocket/raw-channel.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const JSON_TYPE = { 'content-type': 'application/json' };
const WITHIN_MS = 30_000;

const submitByRest = (platform: TestPlatform, handle: string, apiKey: string, headers: Record<string, string>) =>
  fetch(`${platform.url}/v1/agents/${handle}/requests`, {
    method: 'POST',
    headers: { ...JSON_TYPE, authorization: `Bearer ${apiKey}`, ...headers },
    body: JSON.stringify({ ...STANDUP, when_offline: 'queue' }),
  });

describe('a trace, where nothing is exported', () => {
  const platform = platformForFile();

  it('goes from the sender over REST to the agent as it is, with its state, also after a queue', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const headers = { traceparent: PARENT, tracestate: 'vendor=value , other=1' };
    expect((await submitByRest(platform, agent.handle, sender.apiKey, headers)).status).toBe(202);
    const channel = await RawChannel.open(platform, agent);
    const received = await channel.messages.take(({ type }) => type === 'request.received');
    expect(received).toMatchObject({ traceparent: PARENT, tracestate: 'vendor=value,other=1' });
    const line = await eventually(() => {
      const [found] = linesWith(platform, 'answered').filter(({ callerId }) => callerId === sender.id);
      expect(found).toBeDefined();
      return found;
    });
    expect(line?.traceId).toBe(TRACE);
  });

  it.each([
    ['in an operation', {}, { traceparent: PARENT }],
    ['in connection_init', { traceparent: PARENT }, {}],
  ])('is taken over graphql-ws, %s', async (_where, init, extensions) => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    const socket = new RawSocket(platform);
    await socket.opened();
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${sender.apiKey}`, ...init } });
    await socket.messages.take(({ type }) => type === 'connection_ack', 'connection_ack');
    const query = `mutation { submitRequest(input: { handle: "${agent.handle}", action: "calendar.schedule",
      params: { title: "x", duration_minutes: 30 } }) { __typename } }`;
    socket.send({ id: '1', type: 'subscribe', payload: { query, extensions } });
    expect(await channel.messages.take(({ type }) => type === 'request.received')).toMatchObject({
      traceparent: PARENT,
    });
  });

  it.each([
    ['of the invalid version', `ff-${TRACE}-${SPAN}-01`],
    ['without a trace', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['without a span', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['in capitals', PARENT.toUpperCase()],
    ['with more than the version has', `${PARENT}-more`],
    ['of no form at all', 'hello'],
  ])('%s is as if it had not come', async (_what, traceparent) => {
    const { agent, sender } = await agentAndSender(platform);
    expect((await submitByRest(platform, agent.handle, sender.apiKey, { traceparent })).status).toBe(202);
    const channel = await RawChannel.open(platform, agent);
    const received = await channel.messages.take(({ type }) => type === 'request.received');
    expect(received).not.toHaveProperty('traceparent');
  });

  it('of a later version is handed on as this one, and a state that is none is dropped', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const headers = { traceparent: `01-${TRACE}-${SPAN}-09-more`, tracestate: 'no state' };
    await submitByRest(platform, agent.handle, sender.apiKey, headers);
    const channel = await RawChannel.open(platform, agent);
    const received = await channel.messages.take(({ type }) => type === 'request.received');
    expect(received.traceparent).toBe(PARENT);
    expect(received).not.toHaveProperty('tracestate');
  });
});

describe('a trace that is exported', () => {
  it.each(['graphql', 'websocket'] as const)(
    'is one from the sender over the pipeline, the statements and the delivery to the handler and the outcome, over two nodes: %s',
    async (transport) => {
      const collector = await startTraceCollector();
      const database = await createTestDatabase();
      onTestFinished(() => database.drop());
      const env = {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=a%20b',
        NODE_TIMEOUT_SECONDS: '60',
      };
      const [one, two] = [
        await platformForTest({ env, databaseUrl: database.url }),
        await platformForTest({ env, databaseUrl: database.url }),
      ];
      const { agent, sender } = await agentAndSender(one);
      const heard: (string | undefined)[] = [];
      const worker = new ClawciergeAgent({ url: two.url, apiKey: agent.apiKey, transport, logger: silentLogger });
      worker.on('calendar.schedule', (_request, context) => {
        heard.push(context.traceparent);
        // As a span of the handler's own would.
        context.traceparent = `00-${TRACE}-${'1'.repeat(16)}-01`;
        return { ok: true };
      });
      await worker.start();
      onTestFinished(() => worker.stop());
      const client = new ClawciergeClient({ url: one.url, apiKey: sender.apiKey });
      onTestFinished(() => client.close());
      const finished = await client.request({ handle: agent.handle, ...STANDUP }, { traceparent: PARENT });
      expect(finished.status).toBe('COMPLETED');

      const named = (name: string) => collector.spans.find((each) => each.traceId === TRACE && each.name === name);
      await eventually(() => {
        for (const name of [
          'POST /graphql',
          'stage policy_engine',
          'stage capability_sandbox',
          'deliver',
          'acknowledge',
        ])
          expect(named(name), name).toBeDefined();
        expect(named('statement insert-requests')).toBeDefined();
        expect(named('report completed')).toBeDefined();
      }, WITHIN_MS);
      const submit = named('POST /graphql');
      expect(submit).toMatchObject({
        parentSpanId: SPAN,
        attributes: { 'graphql.operation': 'mutation submitRequest', 'http.response.status_code': 200 },
      });
      for (const name of ['stage policy_engine', 'stage capability_sandbox', 'statement insert-requests', 'deliver']) {
        expect(named(name)?.parentSpanId, name).toBe(submit?.spanId);
      }
      const deliver = named('deliver');
      expect(deliver?.node).not.toBe(submit?.node);
      expect(heard).toEqual([`00-${TRACE}-${deliver?.spanId}-01`]);
      expect(named('report completed')).toBeDefined();
      expect(collector.headers[0]).toMatchObject({ url: '/v1/traces', 'x-tenant': 'a b' });
      expect(JSON.stringify(collector.spans)).not.toMatch(/clw_|Standup/);
    },
  );

  it('is not what a caller makes it: of what is not drawn nothing is exported, and its trace goes on', async () => {
    const collector = await startTraceCollector();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.000000001',
    };
    const platform = await platformForTest({ env });
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    await submitByRest(platform, agent.handle, sender.apiKey, { traceparent: PARENT });
    expect(await channel.messages.take(({ type }) => type === 'request.received')).toMatchObject({
      traceparent: PARENT,
    });
    await platform.stop();
    expect(collector.spans).toEqual([]);
  });

  it('is left out where its caller does not record it', async () => {
    const collector = await startTraceCollector();
    const platform = await platformForTest({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    const { agent, sender } = await agentAndSender(platform);
    await submitByRest(platform, agent.handle, sender.apiKey, { traceparent: `00-${TRACE}-${SPAN}-00` });
    await platform.stop();
    expect(collector.spans.filter(({ traceId }) => traceId === TRACE)).toEqual([]);
    expect(collector.spans.length).toBeGreaterThan(0);
  });

  it.each([
    ['/?key=secret', '/v1/traces?key=secret'],
    ['/otlp/?key=secret#part', '/otlp/v1/traces?key=secret'],
    ['/otlp', '/otlp/v1/traces'],
  ])('is sent to %s as %s, and no query is in the log of a collector that refuses', async (path, url) => {
    const collector = await startTraceCollector({ status: 401 });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}${path}` };
    const platform = await platformForTest({ env });
    await registerSender(platform);
    await eventually(() => {
      expect(linesWith(platform, 'traces are not exported as they should be')).not.toEqual([]);
    }, WITHIN_MS);
    expect(collector.headers[0]).toMatchObject({ url });
    expect(platform.log.lines.join()).not.toContain('secret');
  });

  it('holds up nothing where the collector is away, and says so', async () => {
    const platform = await platformForTest({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' } });
    const { agent, sender } = await agentAndSender(platform);
    await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await registerSender(platform);
    await eventually(() => {
      expect(linesWith(platform, 'traces are not exported as they should be')[0]).toMatchObject({ level: 'warn' });
    }, WITHIN_MS);
  });
});
