// How an agent is tested: its handlers alone, and then on a platform that loses connections.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClawciergeAgent, silentLogger } from '../src/index.ts';
import { type FakePlatform, startFakePlatform } from '../src/testing/index.ts';
import { Calendar } from './calendar.ts';
import { serveCalendar } from './calendar-actions.ts';

const schedule = { action: 'calendar.schedule', params: { title: 'Standup', duration_minutes: 30 } };

function calendar(): Calendar {
  let booked = 0;
  const newId = () => {
    booked += 1;
    return String(booked);
  };
  return new Calendar({ now: () => new Date('2026-02-11T08:00:00Z'), newId });
}

describe('the calendar’s actions', () => {
  const agent = new ClawciergeAgent({ url: 'http://localhost:8000', apiKey: 'none', logger: silentLogger });
  serveCalendar(agent, calendar());

  it('books the next free slot, and the same for the same request', async () => {
    const booked = { event_id: 'evt-1', scheduled_time: '2026-02-11T09:00:00+00:00', status: 'confirmed' };
    const first = await agent.handle({ ...schedule, id: 'request-1' });
    expect(first).toMatchObject({ status: 'COMPLETED', result: booked });
    expect(await agent.handle({ ...schedule, id: 'request-1', attempt: 2 })).toEqual(first);
  });

  it('says why it cannot', async () => {
    const tooLong = { title: 'Retreat', duration_minutes: 600 };
    expect(await agent.handle({ ...schedule, params: tooLong })).toMatchObject({
      status: 'FAILED',
      error: { code: 'calendar.no_free_slot' },
    });
    const backwards = { from: '2026-02-12T00:00:00Z', to: '2026-02-11T00:00:00Z' };
    expect(await agent.handle({ action: 'calendar.free_busy', params: backwards })).toMatchObject({
      error: { code: 'invalid_params', message: 'params: "to" must be later than "from", by at most 31 days' },
    });
  });
});

describe('the calendar agent', () => {
  let platform: FakePlatform;
  let agent: ClawciergeAgent;

  beforeEach(async () => {
    platform = await startFakePlatform();
    const { url, agent: registered } = platform;
    agent = new ClawciergeAgent({ url, apiKey: registered.apiKey, logger: silentLogger, backoffBaseMs: 1 });
    serveCalendar(agent, calendar());
    await agent.publish();
    await agent.start();
  });
  afterEach(async () => {
    await agent.stop();
    await platform.stop();
  });

  it('offers what it serves', () => {
    const { contract } = platform.agent;
    expect(contract?.capabilities.map(({ action }) => action)).toEqual(['calendar.schedule', 'calendar.free_busy']);
  });

  it('books once, although its connection is cut', async () => {
    const request = platform.submit(schedule);
    platform.dropConnections();
    expect(await request.outcome()).toMatchObject({ status: 'COMPLETED', result: { event_id: 'evt-1' } });
    const next = await platform.submit({ ...schedule, whenOffline: 'QUEUE' }).outcome();
    expect(next.result).toMatchObject({ event_id: 'evt-2', scheduled_time: '2026-02-11T09:30:00+00:00' });
  });
});
