import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import { createApprover, type OwnedAgent, ownerOf, registerAgent, submit, submitAccepted } from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { holdingAgent, setApprovalSettings } from '../testkit/approvals.ts';
import { ask, type Credential, mutate } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

const platform = platformForFile();
const FIELDS = `version windowSeconds quorum pendingPerSenderMax perSenderPerHour denyCoolDownSeconds allowEdits
  preventSelfApproval notify`;
const DEFAULTS = {
  version: 0,
  windowSeconds: 86_400,
  quorum: 1,
  pendingPerSenderMax: 3,
  perSenderPerHour: 10,
  denyCoolDownSeconds: 3_600,
  allowEdits: false,
  preventSelfApproval: true,
  notify: null,
};

const read = async (agent: OwnedAgent, by: Credential = ownerOf(agent)) =>
  (await ask(platform, `query ($id: ID!) { agent(id: $id) { approvalSettings { ${FIELDS} } } }`, { id: agent.id }, by))
    .agent.approvalSettings;
const set = (agent: OwnedAgent, input: object, by: Credential = ownerOf(agent)) =>
  mutate(platform, 'setApprovalSettings', { agentId: agent.id, ...input }, `settings { ${FIELDS} }`, by);

describe('how approvals go', () => {
  it('is by default until the owner says otherwise, as the next version, all of it anew', async () => {
    const agent = await registerAgent(platform);
    expect(await read(agent)).toEqual(DEFAULTS);
    const approver = await createApprover(platform, agent);
    const chosen = {
      windowSeconds: 60,
      quorum: 2,
      pendingPerSenderMax: 1,
      perSenderPerHour: 2,
      denyCoolDownSeconds: 0,
      allowEdits: true,
      preventSelfApproval: false,
      notify: [approver.id],
    };
    expect((await set(agent, chosen)).settings).toEqual({ version: 1, ...chosen });
    expect(await read(agent)).toEqual({ version: 1, ...chosen });
    expect((await set(agent, {}, await logIn(platform))).settings).toEqual({ ...DEFAULTS, version: 2 });
  });

  it('is set and read over REST', async () => {
    const agent = await registerAgent(platform);
    const path = `/v1/agents/${agent.handle}/approval-settings`;
    const body = { window_seconds: 3_600, allow_edits: true };
    const answer = await rest(platform, 'PUT', path, { key: agent.ownerKey, body });
    expect(answer.body).toMatchObject({
      version: 1,
      window_seconds: 3_600,
      allow_edits: true,
      quorum: 1,
      notify: null,
    });
    expect((await rest(platform, 'GET', path, { key: agent.ownerKey })).body).toEqual(answer.body);
    expect((await rest(platform, 'PUT', path, { key: agent.apiKey, body })).status).toBe(403);
  });

  it('is bounded, each bound with its name', async () => {
    const agent = await registerAgent(platform);
    const stranger = await createApprover(platform, await registerAgent(platform));
    const wrong = {
      windowSeconds: 59,
      quorum: 6,
      pendingPerSenderMax: 101,
      perSenderPerHour: 0,
      denyCoolDownSeconds: 604_801,
    };
    const refused = await set(agent, wrong);
    expect(refused.issues).toEqual([
      { path: 'input.windowSeconds', message: 'must be a whole number from 60 to 604800' },
      { path: 'input.quorum', message: 'must be a whole number from 1 to 5' },
      { path: 'input.pendingPerSenderMax', message: 'must be a whole number from 1 to 100' },
      { path: 'input.perSenderPerHour', message: 'must be a whole number from 1 to 1000' },
      { path: 'input.denyCoolDownSeconds', message: 'must be a whole number from 0 to 604800' },
    ]);
    expect((await set(agent, { quorum: 2, notify: [stranger.id] })).issues).toEqual([
      { path: 'input.quorum', message: 'must be at most 1: so many may decide for this agent' },
      { path: 'input.notify.0', message: 'must be the id of an approver who decides for this agent' },
    ]);
    expect(await read(agent)).toEqual(DEFAULTS);
  });

  it('counts at once for what is held from then on', async () => {
    const { agent, sender } = await holdingAgent(platform);
    await setApprovalSettings(platform, agent, { windowSeconds: 120, pendingPerSenderMax: 1, allowEdits: true });
    const request = await submitAccepted(platform, agent, sender);
    expect(Date.parse(request.expiresAt) - Date.parse(request.createdAt)).toBe(120_000);
    const { approvals } = await ask(platform, '{ approvals { edges { node { isEditable } } } }', {}, ownerOf(agent));
    expect(approvals.edges).toEqual([{ node: { isEditable: true } }]);
    expect(await submit(platform, agent, sender)).toMatchObject({ __typename: 'RateLimitedError' });
  });
});
