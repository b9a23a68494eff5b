import { beforeAll, describe, expect, it } from 'vitest';
import { agentAndSender, publishPolicies, registerSender, submit } from '../testkit/actors.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';

/** What owners asked to be able to write, each with a request that passes and one that does not. */

const clock = createManualClock();
const platform = platformForFile({ clock });

const DAY_MS = 86_400_000;
/** Until half past ten on a Monday, in UTC. */
const untilMonday = (time: Date): number => {
  const monday = new Date(time);
  monday.setUTCHours(10, 30, 0, 0);
  monday.setUTCDate(monday.getUTCDate() + ((8 - monday.getUTCDay()) % 7 || 7));
  return monday.getTime() - time.getTime();
};
const inDays = (days: number): string => new Date(clock.now().getTime() + days * DAY_MS).toISOString();

beforeAll(() => clock.advance(untilMonday(clock.now())));

const ANYTHING = [{ action: 'do' }, { action: 'other' }];
const outcomeOf = async (rule: object, params: object, action = 'do') => {
  const { agent, sender } = await agentAndSender(platform, ANYTHING);
  await publishPolicies(platform, agent, { rules: [{ action: 'ALLOW', ...rule }], defaultAction: 'REJECT' });
  const answer = await submit(platform, agent, sender, { action, params, whenOffline: 'QUEUE' });
  return answer.__typename === 'SubmitRequestSuccess' ? 'passes' : answer.kind === 'POLICY' ? 'rejected' : answer;
};

type Wish = readonly [wish: string, cel: string, passing: () => object, rejected: () => object];
const WISHES: readonly Wish[] = [
  [
    'an optional param',
    'has(params.priority) && params.priority == "urgent"',
    () => ({ priority: 'urgent' }),
    () => ({}),
  ],
  [
    'a suffix',
    'params.to.endsWith("@acme.com")',
    () => ({ to: 'a@acme.com' }),
    () => ({ to: 'a@acme.com.evil.example' }),
  ],
  ['a prefix', 'params.path.startsWith("/public/")', () => ({ path: '/public/a' }), () => ({ path: '/etc/public/' })],
  ['a part', 'params.subject.contains("invoice")', () => ({ subject: 'Your invoice' }), () => ({ subject: 'Hello' })],
  [
    'a regular expression',
    'params.code.matches("^[A-Z]{2}-[0-9]{4}$")',
    () => ({ code: 'AB-1234' }),
    () => ({ code: 'AB-12345' }),
  ],
  [
    'items of a list, and what is in them',
    'params.attendees.all(a, a.email.endsWith("@acme.com"))',
    () => ({ attendees: [{ email: 'a@acme.com' }, { email: 'b@acme.com' }] }),
    () => ({ attendees: [{ email: 'a@acme.com' }, { email: 'b@evil.example' }] }),
  ],
  [
    'one item of a list',
    'params.tags.exists(t, t == "approved") && "approved" in params.tags',
    () => ({ tags: ['new', 'approved'] }),
    () => ({ tags: ['new'] }),
  ],
  ['a first item', 'params.list[0] == "a"', () => ({ list: ['a'] }), () => ({ list: [] })],
  ['params within params', 'params.from.address.country == "DE"', () => at('DE'), () => at('FR')],
  ['how many', 'size(params.to) <= 2', () => ({ to: ['a', 'b'] }), () => ({ to: ['a', 'b', 'c'] })],
  [
    'a calculation',
    'params.price * params.count <= 100 && params.count % 2 == 0 && params.count / 2 < 3.5',
    () => ({ price: 12.5, count: 6 }),
    () => ({ price: 12.5, count: 10 }),
  ],
  [
    'dates in different zones',
    'timestamp(params.end) > timestamp(params.start)',
    () => ({ start: '2026-03-02T10:00:00+01:00', end: '2026-03-02T09:30:00Z' }),
    () => ({ start: '2026-03-02T10:00:00Z', end: '2026-03-02T10:30:00+01:00' }),
  ],
  [
    'at most thirty days ahead',
    'timestamp(params.start) > now && timestamp(params.start) < now + duration("720h")',
    () => ({ start: inDays(29) }),
    () => ({ start: inDays(31) }),
  ],
  ['a param with a minus in its name', 'params["a-b"] > 1', () => ({ 'a-b': 2 }), () => ({ 'a-b': 1 })],
  ['a param with a dot in its name', 'params["a.b"] == "x"', () => ({ 'a.b': 'x' }), () => ({ a: { b: 'x' } })],
  ['upper and lower case alike', 'params.to.lowerAscii() == "boss@acme.com"', () => to('Boss@ACME.com'), () => to('x')],
  ['the same by a regular expression', 'params.to.matches("(?i)^boss@")', () => to('BOSS@acme.com'), () => to('x@y')],
];
function at(country: string): object {
  return { from: { address: { country } } };
}
function to(address: string): object {
  return { to: address };
}

describe('a rule in CEL can speak of', () => {
  it.each(WISHES)('%s', async (_wish, cel, passing, rejected) => {
    expect(await outcomeOf({ cel }, passing())).toBe('passes');
    expect(await outcomeOf({ cel }, rejected())).toBe('rejected');
  });

  it('the time of day and the day of the week in a zone', async () => {
    const officeHours =
      'now.getHours("Europe/Berlin") >= 9 && now.getHours("Europe/Berlin") < 17 && now.getDayOfWeek("Europe/Berlin") in [1, 2, 3, 4, 5]';
    expect(await outcomeOf({ cel: officeHours }, {})).toBe('passes');
    expect(await outcomeOf({ cel: officeHours.replaceAll('Europe/Berlin', 'Asia/Tokyo') }, {})).toBe('rejected');
    expect(await outcomeOf({ cel: 'now.getDayOfWeek("+14:00") == 1' }, {})).toBe('rejected');
  });

  it('the action', async () => {
    expect(await outcomeOf({ cel: 'action == "do"' }, {})).toBe('passes');
    expect(await outcomeOf({ cel: 'action == "do"' }, {}, 'other')).toBe('rejected');
  });

  it('the agent that is asked', async () => {
    expect(await outcomeOf({ cel: 'agent.handle.size() > 2 && agent.id != sender.id' }, {})).toBe('passes');
    expect(await outcomeOf({ cel: 'agent.handle == "somebody.else"' }, {})).toBe('rejected');
  });
});

describe.each(['cel', 'condition'] as const)('who asks, in %s', (language) => {
  const named = (cel: string, condition: string) => ({ [language]: language === 'cel' ? cel : condition });

  it('whether a sender or an agent does', async () => {
    const rule = named('sender.kind == "sender"', 'sender_kind == "sender"');
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const { agent: other } = await agentAndSender(platform, ANYTHING);
    await publishPolicies(platform, agent, { rules: [{ action: 'ALLOW', ...rule }], defaultAction: 'REJECT' });
    const input = { action: 'do', params: {}, whenOffline: 'QUEUE' };
    expect(await submit(platform, agent, sender, input)).toMatchObject({ __typename: 'SubmitRequestSuccess' });
    expect(await submit(platform, agent, other, input)).toMatchObject({ kind: 'POLICY' });
  });

  it('since when the sender is registered', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const rule = named('sender.registered_at < now - duration("24h")', 'sender_age_days > 1');
    await publishPolicies(platform, agent, { rules: [{ action: 'ALLOW', ...rule }], defaultAction: 'REJECT' });
    const input = { action: 'do', params: {}, whenOffline: 'QUEUE' };
    expect(await submit(platform, agent, sender, input)).toMatchObject({ kind: 'POLICY' });
    clock.advance(7 * DAY_MS);
    expect(await submit(platform, agent, sender, input)).toMatchObject({ __typename: 'SubmitRequestSuccess' });
    expect(await submit(platform, agent, await registerSender(platform), input)).toMatchObject({ kind: 'POLICY' });
  });

  it.each([
    ['minute', 60_000],
    ['hour', 3_600_000],
    ['day', DAY_MS],
  ])('how much it asked for within the last %s, this request and rejected ones included', async (window, ms) => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const rule = named(`sender.requests_last_${window} > 2`, `sender_requests_last_${window} > 2`);
    await publishPolicies(platform, agent, { rules: [{ action: 'REJECT', reason: 'Too many', ...rule }] });
    const ask = async (by = sender) =>
      (await submit(platform, agent, by, { action: 'do', params: {}, whenOffline: 'QUEUE' })).reason ?? 'passes';
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual(['passes', 'passes', 'Too many', 'Too many']);
    expect(await ask(await registerSender(platform))).toBe('passes');
    clock.advance(ms - 1_000);
    expect(await ask()).toBe('Too many');
    clock.advance(7 * DAY_MS);
    expect(await ask()).toBe('passes');
  });

  it('how much of it is open', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const rule = named('sender.open_requests > 1', 'sender_open_requests > 1');
    await publishPolicies(platform, agent, { rules: [{ action: 'REJECT', ...rule }] });
    const ask = () =>
      submit(platform, agent, sender, { action: 'do', params: {}, whenOffline: 'QUEUE', expiresInSeconds: 3_600 });
    expect(await ask()).toMatchObject({ __typename: 'SubmitRequestSuccess' });
    expect(await ask()).toMatchObject({ kind: 'POLICY' });
  });
});
