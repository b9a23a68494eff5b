import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerAgent as registerBySdk, registerSender as registerSenderBySdk } from '../../agent-sdk/src/index.ts';
import { mintInvitationCode } from '../../src/application/invitations/invitation-code.ts';
import { registerAgent } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, type Credential, mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** An owner's key, made before the platform was closed. */
let ownerKey: string;
let databaseUrl: string;
beforeAll(async () => {
  const { url, drop } = await createTestDatabase();
  databaseUrl = url;
  const open = await startTestPlatform({ databaseUrl });
  ({ ownerKey } = await mutateSuccessfully(
    open,
    'registerAgent',
    { handle: uniqueHandle(), displayName: 'A' },
    'ownerKey',
  ));
  await open.stop();
  return drop;
});

const agentOf = (platform: TestPlatform, input: object = {}, by: Credential = {}) =>
  mutate(platform, 'registerAgent', { handle: uniqueHandle(), displayName: 'A', ...input }, 'agent { id handle }', by);
const senderOf = (platform: TestPlatform, input: object = {}, by: Credential = {}) =>
  mutate(platform, 'registerSender', { displayName: 'A', ...input }, 'sender { id }', by);

const registered = { __typename: 'RegisterAgentSuccess' };
const INVALID = { __typename: 'InvalidInputError', issues: [{ path: 'input.invitation', message: 'is not valid' }] };

async function overRest(platform: TestPlatform, path: string, body: object) {
  const response = await fetch(`${platform.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { type?: string } };
}

describe('REGISTRATION=invite', () => {
  const clock = createManualClock();
  let platform: TestPlatform;
  let admin: Credential;
  beforeAll(async () => {
    platform = await startTestPlatform({ databaseUrl, clock, env: { REGISTRATION: 'invite' } });
    return () => platform.stop();
  });

  // A session lasts for less than what the tests let pass.
  beforeEach(async () => {
    admin = await logIn(platform);
  });

  const inDays = (days: number) => new Date(clock.now().getTime() + days * DAY_MS);
  const invite = (input: object = {}) =>
    mutateSuccessfully(
      platform,
      'createInvitation',
      { uses: 1, expiresAt: inDays(1), ...input },
      'code invitation { id uses usesLeft createdBy revokedAt }',
      admin,
    );
  const invitations = async () =>
    (await ask(platform, '{ invitations { id usesLeft revokedAt } }', {}, admin)).invitations;

  it('lets nobody register without an invitation, over either door', async () => {
    const refused = { __typename: 'RegistrationClosedError', message: expect.stringContaining('needs an invitation') };
    expect(await agentOf(platform)).toEqual(refused);
    expect(await senderOf(platform)).toEqual(refused);
    expect(await senderOf(platform, { invitation: '' })).toEqual(refused);
    const problem = { status: 403, body: { type: '/docs#problem-registration-closed' } };
    expect(await overRest(platform, '/v1/senders', { display_name: 'A' })).toMatchObject(problem);
    const agent = { handle: uniqueHandle(), display_name: 'A' };
    expect(await overRest(platform, '/v1/agents', agent)).toMatchObject(problem);
  });

  it('lets in as many as an invitation has uses, agents and senders alike', async () => {
    const { code, invitation } = await invite({ uses: 3 });
    expect(code).toMatch(/^clw_invite_[0-9A-Za-z]{28}$/);
    expect(invitation).toEqual({ id: expect.any(String), uses: 3, usesLeft: 3, createdBy: 'admin', revokedAt: null });
    expect(await agentOf(platform, { invitation: code })).toMatchObject(registered);
    expect((await senderOf(platform, { invitation: code })).__typename).toBe('RegisterSenderSuccess');
    expect((await overRest(platform, '/v1/senders', { display_name: 'A', invitation: code })).status).toBe(201);
    expect(await senderOf(platform, { invitation: code })).toMatchObject(INVALID);
    expect((await invitations())[0]).toMatchObject({ id: invitation.id, usesLeft: 0 });
  });

  it('lets in exactly ten of fifty that come at once with an invitation for ten', async () => {
    const { code, invitation } = await invite({ uses: 10 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => (at % 2 ? agentOf : senderOf)(platform, { invitation: code })),
    );
    const let_in = answers.filter(({ __typename: name }) => name.endsWith('Success'));
    expect(let_in).toHaveLength(10);
    expect(new Set(answers.map(({ __typename: name }) => name))).toEqual(
      new Set(['RegisterAgentSuccess', 'RegisterSenderSuccess', 'InvalidInputError']),
    );
    expect((await invitations())[0]).toMatchObject({ id: invitation.id, usesLeft: 0 });
  });

  it('lets in clients of the SDK that bring one', async () => {
    const { url } = platform;
    const { code: invitation } = await invite({ uses: 2 });
    const refused = registerBySdk({ url, handle: uniqueHandle(), displayName: 'A' });
    await expect(refused).rejects.toMatchObject({ code: 'registration_closed', retryable: false });
    const { ownerKey } = await registerBySdk({ url, handle: uniqueHandle(), displayName: 'A', invitation });
    await registerSenderBySdk({ url, displayName: 'A', invitation });
    await registerSenderBySdk({ url, displayName: 'A', ...(ownerKey !== null && { ownerKey }) });
  });

  it('takes no use for a handle that is taken, or for an input that is wrong', async () => {
    const { code, invitation } = await invite({ uses: 2 });
    const { agent } = await agentOf(platform, { invitation: code });
    const again = await agentOf(platform, { invitation: code, handle: agent.handle });
    expect(again.__typename).toBe('HandleTakenError');
    expect((await agentOf(platform, { invitation: code, displayName: '' })).__typename).toBe('InvalidInputError');
    expect((await invitations())[0]).toMatchObject({ id: invitation.id, usesLeft: 1 });
  });

  it('answers alike what is wrong, made up, expired and revoked', async () => {
    const expired = await invite({ expiresAt: inDays(1) });
    clock.advance(DAY_MS);
    admin = await logIn(platform);
    const revoked = await invite();
    const revoke = () =>
      mutateSuccessfully(
        platform,
        'revokeInvitation',
        { invitationId: revoked.invitation.id },
        'invitation { revokedAt }',
        admin,
      );
    const first = await revoke();
    clock.advance(1_000);
    expect(await revoke()).toEqual(first);
    const mistyped = `${revoked.code.slice(0, -1)}${revoked.code.endsWith('0') ? '1' : '0'}`;
    const codes = [
      'hello',
      mistyped,
      mintInvitationCode().code,
      expired.code,
      revoked.code,
      revoked.code.toLowerCase(),
    ];
    for (const invitation of codes) {
      expect(await agentOf(platform, { invitation }), invitation).toMatchObject(INVALID);
      expect(await senderOf(platform, { invitation }), invitation).toMatchObject(INVALID);
    }
    const unknown = await mutate(platform, 'revokeInvitation', { invitationId: 'none' }, '__typename', admin);
    expect(unknown.__typename).toBe('InvitationNotFoundError');
  });

  it('needs none of owners and administrators, and of nobody else with a key', async () => {
    const owned = await agentOf(platform, {}, { apiKey: ownerKey });
    expect(owned).toMatchObject(registered);
    expect((await senderOf(platform, {}, { apiKey: ownerKey })).__typename).toBe('RegisterSenderSuccess');
    expect(await agentOf(platform, {}, admin)).toMatchObject(registered);
    const { apiKey } = await mutateSuccessfully(
      platform,
      'registerSender',
      { displayName: 'A', invitation: (await invite()).code },
      'apiKey',
    );
    expect((await agentOf(platform, {}, { apiKey })).__typename).toBe('RegistrationClosedError');
  });

  it('bounds invitations: how many let in, for how long, and how many there are', async () => {
    const issuesOf = async (input: object) => {
      const whole = { uses: 1, expiresAt: inDays(1), ...input };
      return (await mutate(platform, 'createInvitation', whole, '__typename', admin)).issues;
    };
    const USES = [{ path: 'input.uses', message: 'must be a whole number from 1 to 10000' }];
    expect(await issuesOf({ uses: 0 })).toEqual(USES);
    expect(await issuesOf({ uses: 10_001 })).toEqual(USES);
    const TIME = [{ path: 'input.expiresAt', message: 'must be in the future, and at most 90 days ahead' }];
    expect(await issuesOf({ expiresAt: inDays(0) })).toEqual(TIME);
    expect(await issuesOf({ expiresAt: inDays(91) })).toEqual(TIME);

    const open = (await invitations()).filter(
      ({ usesLeft, revokedAt }: { usesLeft: number; revokedAt: string | null }) => usesLeft > 0 && revokedAt === null,
    );
    for (let made = open.length; made < 100; made += 1) await invite({ expiresAt: inDays(90) });
    // Those that expired before are over, and make room.
    while ((await issuesOf({})) === undefined);
    expect(await issuesOf({})).toEqual([
      { path: 'input', message: 'there are 100 open invitations already; revoke one first' },
    ]);
    expect((await invitations()).length).toBeLessThanOrEqual(200);
  });
});

describe('REGISTRATION=closed', () => {
  it('lets in owners and administrators only, whatever the invitation', async () => {
    const platform = await startTestPlatform({ databaseUrl, env: { REGISTRATION: 'closed' } });
    try {
      const admin = await logIn(platform);
      const { code } = mintInvitationCode();
      const refused = { __typename: 'RegistrationClosedError', message: expect.stringContaining('is closed') };
      expect(await agentOf(platform, { invitation: code })).toEqual(refused);
      expect(await senderOf(platform, { invitation: code })).toEqual(refused);
      expect(await agentOf(platform, {}, { apiKey: ownerKey })).toMatchObject(registered);
      expect(await agentOf(platform, {}, admin)).toMatchObject(registered);
      expect((await senderOf(platform, {}, admin)).__typename).toBe('RegisterSenderSuccess');
    } finally {
      await platform.stop();
    }
  });
});

describe('REGISTRATION=open', () => {
  const platform = platformForFile();

  it('asks for no invitation, and looks at none', async () => {
    await registerAgent(platform);
    expect((await senderOf(platform, { invitation: 'hello' })).__typename).toBe('RegisterSenderSuccess');
  });
});
