// Benchmark: the pipeline alone: how long decisions take with what was compiled, and the event loop's share with what was not.
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CAPABILITY, type CapabilityContract, type JsonObject } from '../src/domain/contract.ts';
import { complete } from '../src/domain/fields.ts';
import { JsonText } from '../src/domain/json/json-text.ts';
import { valuesIn } from '../src/domain/json/values-in.ts';
import type { PolicySet } from '../src/domain/policy.ts';
import type { Facts } from '../src/domain/verdict.ts';
import { createEnforcement } from '../src/enforcement/create-enforcement.ts';
import { createWorkerIsolate } from '../src/isolate/worker-isolate.ts';
import { percentile } from './percentiles.ts';
import { REPORT_OPTIONS, Report } from './report.ts';

const { values } = parseArgs({
  options: {
    decisions: { type: 'string', default: '20000' },
    contracts: { type: 'string', default: '300' },
    ...REPORT_OPTIONS,
  },
});
const WARM_UP = 5_000;
const AGENT = { id: '0198c5f0-0000-7000-8000-000000000001', handle: 'bench.agent' };

/** A contract as they are in practice; its number tells it from the others, whose schemas are other ones. */
const contractOf = (number: number): CapabilityContract => ({
  id: `contract ${number}`,
  agentId: AGENT.id,
  version: 1,
  isActive: true,
  createdAt: new Date(),
  capabilities: [
    valuesIn(
      complete(CAPABILITY, {
        action: 'calendar.schedule',
        description: 'Puts a meeting into the calendar.',
        paramsSchema: JsonText.of<JsonObject>({
          type: 'object',
          additionalProperties: false,
          required: ['title', 'start'],
          properties: {
            title: { type: 'string', minLength: 1, maxLength: 200 },
            start: { type: 'string', format: 'date-time' },
            duration_minutes: { type: 'integer', minimum: 5, maximum: 480 + number },
            attendees: { type: 'array', maxItems: 20, items: { type: 'string', format: 'email' } },
            kind: { enum: ['call', 'visit', 'other'] },
            reference: { type: 'string', pattern: '^[A-Z]{2}-[0-9]{4,8}$' },
          },
        }),
        constraints: JsonText.of<JsonObject>({ max_duration_minutes: 240 }),
      }),
    ),
  ],
});

/** Ten rules in both languages, none of which the params break. */
const policiesOf = (number: number): PolicySet => ({
  id: `policies ${number}`,
  agentId: AGENT.id,
  version: 1,
  isActive: true,
  createdAt: new Date(),
  defaultAction: 'ALLOW',
  rules: Array.from({ length: 10 }, (_, rule) => ({
    condition: rule % 2 === 0 ? `params_title == 'no ${rule}' and params_duration_minutes > ${rule}` : null,
    cel: rule % 2 === 1 ? `params.duration_minutes > ${400 + rule} && params.title.startsWith('no')` : null,
    action: 'REJECT',
    reason: `Rule ${rule}`,
    onlyParams: null,
    expiresAt: null,
    madeFrom: null,
  })),
});

const GOOD = {
  title: 'Standup',
  start: '2026-03-01T09:00:00Z',
  duration_minutes: 30,
  attendees: ['someone@example.org'],
  kind: 'call',
  reference: 'AB-12345',
};
const CASES: Readonly<Record<string, { readonly params: JsonObject; readonly outcome: string }>> = {
  passed: { params: GOOD, outcome: 'PASSED' },
  'denied by a rule': { params: { ...GOOD, title: 'no 8' }, outcome: 'DENIED' },
  'denied by the schema': { params: { ...GOOD, kind: 'party', reference: 'x' }, outcome: 'DENIED' },
  'denied by a constraint': { params: { ...GOOD, duration_minutes: 300 }, outcome: 'DENIED' },
};

const factsOf = (params: JsonObject, contract: CapabilityContract, policies: PolicySet): Facts['request'] => ({
  senderId: AGENT.id,
  senderKind: 'sender',
  senderRegisteredAt: null,
  senderActivity: null,
  agentRequestsLastMinute: null,
  approved: null,
  agent: AGENT,
  now: new Date(),
  action: 'calendar.schedule',
  params,
  contract,
  policies,
});

const report = new Report('enforcement', values);
const isolate = createWorkerIsolate({ cpuBudgetMs: 250 });
const enforcement = createEnforcement({
  stageTimeoutMs: 10_000,
  resultMaxBytes: 65_536,
  isolate,
  now: () => performance.now(),
});
/** Processor time of this thread alone, in milliseconds. */
const loopCpuMs = (): number => (({ user, system }) => (user + system) / 1_000)(process.threadCpuUsage());

let wrong = 0;
/** How long the loop computed for each, in milliseconds: a decision that waits for the isolate computes no more here. */
async function decide(
  facts: Facts['request'],
  outcome: string,
): Promise<{ readonly wall: number; readonly cpu: number }> {
  const begun = { at: performance.now(), cpu: loopCpuMs() };
  const decision = await enforcement.decide('request', facts);
  const taken = { wall: performance.now() - begun.at, cpu: loopCpuMs() - begun.cpu };
  if (decision.outcome !== outcome) wrong += 1;
  return taken;
}

try {
  for (const [name, { params, outcome }] of Object.entries(CASES)) {
    const facts = factsOf(params, contractOf(0), policiesOf(0));
    for (let number = 0; number < WARM_UP; number += 1) await enforcement.decide('request', facts);
    const times: number[] = [];
    for (let number = 0; number < Number(values.decisions); number += 1) {
      const begun = performance.now();
      const decision = await enforcement.decide('request', facts);
      times.push((performance.now() - begun) * 1_000);
      if (decision.outcome !== outcome) wrong += 1;
      if (number % 100 === 0) await turn();
    }
    report.add(`warm, ${name}`, { 'p50 (µs)': percentile(times, 50), 'p99 (µs)': percentile(times, 99) });
  }
  const cold: { readonly wall: number; readonly cpu: number }[] = [];
  for (let number = 1; number <= Number(values.contracts); number += 1) {
    cold.push(await decide(factsOf(GOOD, contractOf(number), policiesOf(number)), 'PASSED'));
  }
  const [walls, cpus] = [cold.map(({ wall }) => wall * 1_000), cold.map(({ cpu }) => cpu * 1_000)];
  report.add('cold', { 'p50 (µs)': percentile(walls, 50), 'p99 (µs)': percentile(walls, 99) });
  report.add('cold, on the event loop', { 'p50 (µs)': percentile(cpus, 50), 'p99 (µs)': percentile(cpus, 99) });
  report.violations({ 'decided wrongly': wrong });
  await report.end();
} finally {
  await enforcement.close();
}
