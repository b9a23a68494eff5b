import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerAgent, registerSender, WorkRequiredError } from '../../agent-sdk/src/index.ts';
import { homeForTest } from '../cli/run-cli.ts';
import { pythonSdk } from '../python/python-calls.ts';
import { registerAgent as registerOwned } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { ask, mutate, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { pythonWithWebsockets } from '../testkit/python.ts';
import { Scrape } from '../testkit/scrape.ts';

const BITS = 8;

/** Two nodes, and the owner of an agent that was registered before work was asked for. */
let platform: TestPlatform;
let other: TestPlatform;
let ownerKey: string;
const clock = createManualClock();
const otherClock = createManualClock();
beforeAll(async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  const before = await startTestPlatform({ databaseUrl });
  ({ ownerKey } = await registerOwned(before));
  await before.stop();
  const env = { REGISTRATION_POW_BITS: String(BITS), METRICS_PORT: '0' };
  platform = await startTestPlatform({ databaseUrl, clock, env });
  other = await startTestPlatform({ databaseUrl, clock: otherClock, env });
  return async () => {
    await Promise.all([platform.stop(), other.stop()]);
    await drop();
  };
});

const zeroBits = (text: string): number => {
  const binary = [...createHash('sha256').update(text).digest()].map((byte) => byte.toString(2).padStart(8, '0'));
  return binary.join('').indexOf('1');
};

/** The proofs of a challenge, each with at least, or less than, so many zero bits. */
function* proofsOf(challenge: string, isEnough = (bits: number) => bits >= BITS): Generator<string, never> {
  for (let n = 0; ; n += 1) if (isEnough(zeroBits(`${challenge}:${n}`))) yield `${challenge}:${n}`;
}
const proofOf = (challenge: string): string => proofsOf(challenge).next().value;

async function rest(path: string, body?: object, { url } = platform) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(url + path, body && init);
  // biome-ignore lint/suspicious/noExplicitAny: a test knows the shape of what it asked for
  return { status: response.status, body: (await response.json()) as any };
}

const sender = (proof_of_work?: string, at = platform) =>
  rest('/v1/senders', { display_name: 'S', ...(proof_of_work !== undefined && { proof_of_work }) }, at);

const challenged = async (): Promise<string> => (await rest('/v1/registration-challenge')).body.challenge;

describe('a registration without a proof of work', () => {
  it('is told over REST what to do, with a challenge, and then does it', async () => {
    const refused = await sender();
    expect(refused).toMatchObject({
      status: 428,
      body: { type: '/docs#problem-work-required', bits: BITS, challenge: expect.any(String) },
    });
    expect(refused.body.detail).toContain(`"${refused.body.challenge}:<text>" begins with ${BITS} zero bits`);
    expect((await sender(proofOf(refused.body.challenge))).status).toBe(201);
    const agent = { handle: uniqueHandle(), display_name: 'A' };
    const { status, body } = await rest('/v1/agents', agent);
    expect(status).toBe(428);
    expect((await rest('/v1/agents', { ...agent, proof_of_work: proofOf(body.challenge) })).status).toBe(201);
  });

  it('is told the same over GraphQL, where a challenge can be asked for, too', async () => {
    const input = { handle: uniqueHandle(), displayName: 'A' };
    const refused = await mutate(platform, 'registerAgent', input, 'apiKey');
    expect(refused).toMatchObject({ __typename: 'WorkRequiredError', bits: BITS });
    const { registrationChallenge } = await ask(platform, '{ registrationChallenge { challenge bits expiresAt } }');
    expect(registrationChallenge.bits).toBe(BITS);
    expect(Date.parse(registrationChallenge.expiresAt) - clock.now().getTime()).toBeLessThanOrEqual(601_000);
    const proofOfWork = proofOf(registrationChallenge.challenge);
    await mutateSuccessfully(platform, 'registerAgent', { ...input, proofOfWork }, 'apiKey');
  });

  it('goes on where it is an owner’s or an administrator’s, and where somebody was invited', async () => {
    const admin = await logIn(platform);
    for (const by of [{ apiKey: ownerKey }, admin]) {
      await mutateSuccessfully(platform, 'registerAgent', { handle: uniqueHandle(), displayName: 'A' }, 'apiKey', by);
      await mutateSuccessfully(platform, 'registerSender', { displayName: 'S' }, 'apiKey', by);
    }
    const { databaseUrl } = platform;
    const invited = await startTestPlatform({
      databaseUrl,
      clock,
      env: { REGISTRATION_POW_BITS: '20', REGISTRATION: 'invite' },
    });
    const expiresAt = new Date(clock.now().getTime() + 3_600_000);
    const { code } = await mutateSuccessfully(invited, 'createInvitation', { uses: 1, expiresAt }, 'code', admin);
    await mutateSuccessfully(invited, 'registerSender', { displayName: 'S', invitation: code }, 'apiKey');
    await invited.stop();
  });
});

describe('a proof of work', () => {
  it('counts once: with another solution or on another node it was used already, also of those at once', async () => {
    const challenge = await challenged();
    const proofs = proofsOf(challenge);
    const at = (n: number) => (n % 2 === 0 ? platform : other);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => sender(proofs.next().value, at(n))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(9).fill(428)]);
    const refused = answers.find(({ status }) => status === 428);
    expect(refused?.body.detail).toContain('was used already');
    expect(refused?.body.challenge).not.toBe(challenge);
  });

  it('is taken by a node that did not give the challenge', async () => {
    expect((await sender(proofOf(await challenged()), other)).status).toBe(201);
  });

  it('counts once also by a node that is a little behind, for which it is not over yet', async () => {
    const challenge = await challenged();
    const proofs = proofsOf(challenge);
    expect((await sender(proofs.next().value)).status).toBe(201);
    clock.advance(602_000);
    otherClock.advance(500_000);
    expect((await sender(proofOf(await challenged()))).status).toBe(201);
    const again = await sender(proofs.next().value, other);
    expect([again.status, again.body.detail]).toEqual([428, expect.stringContaining('was used already')]);
  });

  it('is refused where its challenge is not solved, made up, changed, or over', async () => {
    const challenge = await challenged();
    const [bits = '', end = '', nonce = '', mac = ''] = challenge.split('.');
    const tooFew = proofsOf(challenge, (zeros) => zeros < BITS).next().value;
    const otherSpelling = `${mac.slice(0, -1)}${mac.endsWith('A') ? 'B' : String.fromCharCode(mac.charCodeAt(21) + 1)}`;
    const refused = [
      tooFew,
      challenge,
      proofOf(`${bits}.${Number(end) + 3_600}.${nonce}.${mac}`),
      proofOf(`30.${end}.${nonce}.${mac}`),
      proofOf(`${bits}.${end}.${nonce}.`),
      proofOf(`${bits}.${end}.${nonce}.${otherSpelling}`),
      proofOf(`${challenge} `),
      proofOf('x'),
      `${proofOf(challenge)}${'0'.repeat(300)}`,
      ':',
    ];
    for (const proof of refused) {
      const { status, body } = await sender(proof);
      expect([status, body.detail.split('.')[0]], proof).toEqual([428, expect.stringMatching(/does not hold/)]);
    }
    clock.advance(602_000);
    expect((await sender(proofOf(challenge))).body.detail).toContain('does not hold');
  });

  it('takes no point of the limit of registrations where it fails, and is kept where the limit is met', async () => {
    const limited = await startTestPlatform({
      env: { REGISTRATION_POW_BITS: String(BITS), RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1' },
    });
    const challenges = await Promise.all([1, 2].map(() => rest('/v1/registration-challenge', undefined, limited)));
    const [first, second] = challenges.map(({ body }) => proofOf(body.challenge));
    for (let n = 0; n < 3; n += 1) expect((await sender(undefined, limited)).status).toBe(428);
    expect((await sender(first, limited)).status).toBe(201);
    expect((await sender(second, limited)).status).toBe(429);
    await limited.stop();
  });
});

describe('clients', () => {
  it('of the TypeScript SDK do the work by themselves, up to a bound', async () => {
    const { url } = platform;
    const asked: number[] = [];
    const onProofOfWork = (bits: number) => void asked.push(bits);
    const agent = await registerAgent({ url, handle: uniqueHandle(), displayName: 'A', onProofOfWork });
    expect(agent.apiKey).toMatch(/^clw_agent_/);
    await registerSender({ url, displayName: 'S', onProofOfWork });
    expect(asked).toEqual([BITS, BITS]);
    const refusal = await registerSender({ url, displayName: 'S', proofOfWorkMaxBits: BITS - 1 }).catch(
      (error) => error,
    );
    expect(refusal).toBeInstanceOf(WorkRequiredError);
    expect(refusal).toMatchObject({ bits: BITS, challenge: expect.any(String), retryable: false });
  });

  it.skipIf(pythonWithWebsockets === null)('of the Python SDK do, too', async () => {
    const python = pythonSdk(platform, { apiKey: ownerKey });
    const named = (display_name: string, more: object = {}) => [[], { display_name, ...more }, { key: false }] as const;
    expect(await python.call('register_sender', ...named('S'))).toMatchObject({ display_name: 'S' });
    expect(await python.call('register_agent', ...named('A', { handle: uniqueHandle() }))).toHaveProperty('api_key');
    expect(await python.error('register_sender', ...named('S', { proof_of_work_max_bits: 7 }))).toMatchObject({
      code: 'work_required',
    });
  });

  it('of the command line do, and say that it takes its time', async () => {
    const home = homeForTest();
    const { code, stdout, stderr } = await home.run(['register', '--sender', '--name', 'S', '--url', platform.url]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/clw_sender_/);
    expect(stderr).toContain('asks for a proof of work, about 256 hashes');
  });
});

it('how much is asked for, and what became of it, is told', async () => {
  expect((await rest('/v1/info')).body.registration).toEqual({ mode: 'open', proof_of_work_bits: BITS });
  expect(await rest('/v1/registration-challenge')).toMatchObject({ status: 200, body: { bits: BITS } });
  const metrics = await Scrape.of(platform);
  for (const outcome of ['taken', 'missing', 'invalid', 'spent']) {
    expect(metrics.value('clawcierge_registration_proofs_total', { outcome }), outcome).toBeGreaterThan(0);
  }
});
