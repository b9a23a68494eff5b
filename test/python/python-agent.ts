import { fileURLToPath } from 'node:url';
import { agentAndSender, registerSender, submitAccepted } from '../testkit/actors.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { pythonWithWebsockets, startPythonProgram } from '../testkit/python.ts';

const PROGRAM = fileURLToPath(new URL('./agent_under_test.py', import.meta.url));

/** A contract with the actions of agent_under_test.py, which take anything. */
const ANY_WORK = [{ action: 'work.do' }, { action: 'work.blocking' }, { action: 'work.unknown' }] as const;

type Line = { readonly event: string; readonly id?: string; readonly [field: string]: unknown };

type Options = { readonly until?: 'signal' | 'told'; readonly ca?: string; readonly [option: string]: unknown };

/** agent_under_test.py with the options of `Agent`, in a process of its own; `until` says what ends it, `ca` whom it trusts. */
export function pythonAgent(
  at: { readonly url: string },
  { apiKey }: { readonly apiKey: string },
  { ca, ...options }: Options = {},
) {
  const whole = { until: 'told', backoff_base: 0.05, ...options };
  const env = { AGENT_KEY: apiKey, ...(ca !== undefined && { SSL_CERT_FILE: ca }) };
  const program = startPythonProgram<Line>(pythonWithWebsockets ?? '', [PROGRAM, at.url, JSON.stringify(whole)], env);
  const take = (event: string, id?: string, ms?: number) =>
    program.lines.take((line) => line.event === event && (id === undefined || line.id === id), event, ms);
  return { ...program, take, has: (event: string) => program.lines.pending((line) => line.event === event) };
}

/** A registered agent, connected as a Python program, and a sender of it. `via` is where it connects. */
export async function pythonAgentAtWork(
  platform: TestPlatform,
  options: Options = {},
  via: { url: string } = platform,
) {
  const { agent, sender } = await agentAndSender(platform, ANY_WORK);
  const tested = pythonAgent(via, agent, options);
  await tested.take('connected');
  const submit = (params: object = {}, more: object = {}, by = sender) =>
    submitAccepted(platform, agent, by, { action: 'work.do', params, ...more });
  return { ...tested, agent, sender, submit, anotherSender: () => registerSender(platform) };
}
