import pg from 'pg';
import {
  type Agent,
  acknowledge,
  complete,
  openChannel,
  publishCapabilities,
  publishPolicies,
  registerSender,
  submit,
} from '../testkit/actors.ts';
import { mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';

const text = (description: string) => ({ type: 'string', description });

const SCHEDULE = {
  action: 'calendar.schedule',
  title: 'Schedule a meeting',
  description: 'Puts a meeting into the calendar, at the next time that suits',
  paramsSchema: {
    type: 'object',
    required: ['title', 'duration_minutes'],
    additionalProperties: false,
    properties: {
      title: { ...text('What the meeting is about'), maxLength: 120 },
      duration_minutes: { type: 'integer', minimum: 15, description: 'How long it lasts' },
      attendees: {
        type: 'array',
        maxItems: 20,
        description: 'Who is invited',
        items: { type: 'string', format: 'email' },
      },
      priority: { enum: ['low', 'normal', 'high'], default: 'normal' },
    },
  },
  constraints: { max_duration_minutes: 120 },
  resultSchema: {
    type: 'object',
    required: ['event_id'],
    properties: { event_id: text('What to cancel it by'), status: { enum: ['confirmed', 'tentative'] } },
  },
  hints: { readOnly: false, destructive: false },
};

const CANCEL = {
  action: 'calendar.cancel',
  title: 'Cancel a meeting',
  description: 'Takes a meeting out of the calendar',
  paramsSchema: { type: 'object', required: ['event_id'], properties: { event_id: text('Which meeting') } },
  constraints: {},
  hints: { destructive: true, idempotent: true },
};

const AGENTS = [
  { handle: 'marius.exec', displayName: 'Marius Exec', description: 'Looks after the calendar of Marius.' },
  { handle: 'travel.desk', displayName: 'Travel desk', description: 'Books trains and hotels within the policy.' },
  {
    handle: 'finance.approvals',
    displayName: 'Finance approvals',
    description: 'Takes invoices and answers with a decision.',
  },
  { handle: 'recruiting.ops', displayName: 'Recruiting', description: 'Arranges interviews.' },
  { handle: 'house.keeper', displayName: 'House keeper', description: 'Heating, blinds and deliveries.' },
];

/** A platform on which something is going on, for pictures. Answers a completed request's id. */
export async function bringToLife(platform: TestPlatform): Promise<{ readonly completedId: string }> {
  const agents: Agent[] = [];
  for (const input of AGENTS) {
    const { agent, apiKey } = await mutateSuccessfully(platform, 'registerAgent', input, 'apiKey agent { id handle }');
    agents.push({ ...agent, apiKey });
  }
  const [marius, travel, finance, recruiting] = agents as [Agent, Agent, Agent, Agent];
  await publishCapabilities(platform, marius, [{ ...SCHEDULE, constraints: { max_duration_minutes: 90 } }]);
  await publishCapabilities(platform, marius, [SCHEDULE, CANCEL]);
  await publishCapabilities(platform, travel, [
    {
      action: 'trip.book',
      description: 'Books a trip',
      paramsSchema: { type: 'object', properties: { to: { type: 'string' } } },
    },
    { action: 'trip.quote', description: 'Says what a trip costs' },
  ]);
  await publishCapabilities(platform, finance, [{ action: 'invoice.submit' }]);
  await publishCapabilities(platform, recruiting, [{ action: 'interview.arrange' }, { action: 'candidate.remind' }]);
  await publishPolicies(platform, marius, {
    rules: [
      {
        condition: "action == 'calendar.cancel' and params_event_id == 'board'",
        action: 'REJECT',
        reason: 'The board meeting stays',
      },
      {
        condition: "action == 'calendar.schedule' and params_duration_minutes > 100",
        action: 'REQUIRE_APPROVAL',
        reason: 'Long meetings need a look',
      },
    ],
  });
  const sender = await registerSender(platform);
  for (const agent of [marius, travel, recruiting]) await answerEverything(platform, agent);

  const ask = (agent: Agent, action: string, params: object = {}) =>
    submit(platform, agent, sender, { action, params, whenOffline: 'QUEUE' });
  for (let i = 0; i < 4; i++) {
    await ask(marius, 'calendar.schedule', { title: 'Standup', duration_minutes: 15 + i * 15 });
    await ask(travel, 'trip.book', { to: ['Lyon', 'Graz', 'Turin', 'fail'][i] });
    await ask(recruiting, 'candidate.remind');
    if (i % 2 === 0) await ask(marius, 'calendar.schedule', { title: 'Offsite', duration_minutes: 130 });
  }
  await ask(marius, 'email.send');
  await ask(marius, 'calendar.cancel', { event_id: 'board' });
  await ask(marius, 'calendar.schedule', { title: 'Strategy', duration_minutes: 110 });
  await ask(finance, 'invoice.submit', { amount: 1_200 });
  const last = await ask(marius, 'calendar.schedule', {
    title: 'Quarterly review',
    duration_minutes: 45,
    attendees: ['sally@example.org'],
    priority: 'high',
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await addPast(platform.databaseUrl);
  return { completedId: last.request.id };
}

/** An agent that takes whatever comes; what asks to fail fails. */
async function answerEverything(platform: TestPlatform, agent: Agent): Promise<void> {
  const { events } = await openChannel(platform, agent);
  const answer = async () => {
    for (;;) {
      const { requestId, params } = await events.take(
        (event) => event.__typename === 'RequestReceived',
        'a request',
        600_000,
      );
      await acknowledge(platform, agent, requestId);
      await new Promise((resolve) => setTimeout(resolve, 40 + Math.random() * 300));
      if (params.to === 'fail') {
        const failure = { requestId, code: 'no_seats', message: 'No train has a free seat on that day.' };
        await mutate(platform, 'failRequest', failure, 'request { id }', agent);
      } else {
        await complete(platform, agent, requestId, { event_id: `evt-${requestId.slice(-6)}`, status: 'confirmed' });
      }
    }
  };
  // Ends with the channel, when the test is over.
  answer().catch(() => {});
}

/** The same requests again over the last hour, denser towards the end. */
async function addPast(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`
      with past as (
        select r.*, make_interval(secs => 40 + 3500 * power(random(), 1.4)) as ago, 0.05 + random() * random() as took
        from requests r, generate_series(1, 16) as n
        where r.finished_at is not null and r.idempotency_key is null and random() < case r.status when 'COMPLETED' then 1 else 0.35 end
      )
      insert into requests (id, status, action, params, handle, agent_id, sender_id, result, error_code, error_message,
        pipeline_log, attempts, deliveries, outcome_attempt, channel_id, node_id, revision, created_at, updated_at,
        expires_at, finished_at)
      select uuidv7(-ago), status, action, params, handle, agent_id, sender_id, result, error_code, error_message,
        pipeline_log, attempts, deliveries, outcome_attempt, null, null, revision, now() - ago,
        now() - ago + make_interval(secs => took), now() - ago + interval '5 min', now() - ago + make_interval(secs => took)
      from past`);
  } finally {
    await client.end();
  }
}
