import { afterAll, describe, expect, it } from 'vitest';
import { CALENDAR, publishCapabilities, registerAgent } from '../testkit/actors.ts';
import { mutate } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();
afterAll(() => expect(platform.log.errors()).toEqual([]));

const MAIL = {
  action: 'mail.send',
  paramsSchema: {
    properties: {
      to: { type: 'array', items: { type: 'string' } },
      urgent: { type: 'boolean' },
      size: { type: 'number' },
      from: { type: 'object', properties: { name: { type: 'string' } }, additionalProperties: false },
    },
  },
};

async function check(cel: string) {
  const agent = await registerAgent(platform);
  await publishCapabilities(platform, agent, [MAIL, CALENDAR]);
  const input = { agentId: agent.id, rules: [{ cel, action: 'REJECT' }], check: true };
  const selection = 'issues { path message } warnings { path message }';
  const { issues, warnings } = await mutate(platform, 'publishPolicies', input, selection, agent);
  return { issues, warnings };
}

const found = (words: string) => ({ path: 'input.rules.0.cel', message: expect.stringContaining(words) });

describe('rules in CEL are checked as conditions are', () => {
  it.each([
    ['params.to == "ceo@corp.com"', 'params.to is a list and "ceo@corp.com" is text: they can never be equal'],
    ['has(params.to) && params.to == "ceo@corp.com"', 'can never be equal'],
    ['action == "mail.send" && params.urgent == 1', 'params.urgent is true or false and 1 is a number'],
    ['params.size', 'A rule needs true or false; params.size is a number'],
    ['params.size || params.urgent', '"||" needs true or false'],
    ['params.from.name == 5', 'params.from.name is text and 5 is a number'],
    ['sender.id == 5', ''],
    ['action == 1', ''],
    ['params.size >', ''],
    ['"a" in ["a"]', 'the same of every request'],
  ])('%s is refused', async (cel, words) => {
    expect(await check(cel)).toMatchObject({ issues: [found(words)] });
  });

  it.each([
    ['action == "mail.sned" && params.size > 1', 'No capability has the action "mail.sned"; did you mean "mail.send"?'],
    ['has(params.szie) && params.szie > 100', 'No capability has a param "szie"; did you mean "size"?'],
    ['params.size > 100', 'The rule denies every request of "calendar.schedule": it reads params.size'],
    ['sender.id == "bob"', '"bob" is the id of no sender'],
    ['action == "mail.send"', 'The rule denies every request of "mail.send": it is always true'],
  ])('%s is published with a warning', async (cel, words) => {
    expect(await check(cel)).toEqual({ issues: [], warnings: [found(words)] });
  });

  it.each([
    'has(params.size) && params.size > 100',
    'has(params.from) && has(params.from.name) && params.from.name.startsWith("x")',
    'has(params.to) && params.to.exists(each, each.endsWith("@acme.com"))',
    'has(params.to) && "ceo@corp.com" in params.to',
    'has(params.to) && size(params.to) > 3',
    'sender.requests_last_minute > 10',
    'now.getHours("Europe/Berlin") < 6',
    'sender.registered_at > now - duration("24h")',
    'action == "mail.send" && params.urgent == true',
    'action.startsWith("mail.") && has(params.urgent) && params.urgent',
    'has(params.title) && params.title.matches("(?i)standup")',
    'has(params.urgent) && params.urgent > false',
    'params == {}',
  ])('%s is nothing to speak of', async (cel) => {
    expect(await check(cel)).toEqual({ issues: [], warnings: [] });
  });
});
