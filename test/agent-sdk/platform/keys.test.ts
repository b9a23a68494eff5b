import { describe, expect, it } from 'vitest';
import {
  ApiKeyNotFoundError,
  createKey,
  ForbiddenError,
  identify,
  listKeys,
  revokeKey,
  rotateKey,
  UnauthenticatedError,
} from '../../../agent-sdk/src/index.ts';
import { createApprover, registerAgent, registerSender } from '../../testkit/actors.ts';
import { nth } from '../../testkit/nth.ts';
import { platformForFile } from '../../testkit/platform.ts';

const platform = platformForFile();
const by = ({ apiKey }: { readonly apiKey: string }) => ({ url: platform.url, apiKey });

describe('keys', () => {
  it('say whom they speak for', async () => {
    const agent = await registerAgent(platform);
    const sender = await registerSender(platform);
    const approver = await createApprover(platform, agent);
    expect(await identify(by(agent))).toMatchObject({ __typename: 'Agent', id: agent.id, handle: agent.handle });
    expect(await identify(by(sender))).toMatchObject({ __typename: 'Sender', id: sender.id });
    expect(await identify(by({ apiKey: agent.ownerKey }))).toMatchObject({ __typename: 'Owner' });
    expect(await identify(by(approver))).toMatchObject({ __typename: 'Approver', id: approver.id });
    await expect(identify(by({ apiKey: 'clw_sender_nobody' }))).rejects.toThrow(UnauthenticatedError);
    await expect(listKeys(by(approver))).rejects.toThrow(ForbiddenError);
  });

  it('are made, listed, replaced and revoked', async () => {
    const sender = await registerSender(platform);
    const expiresAt = new Date(Date.now() + 3_600_000);
    const made = await createKey({ ...by(sender), label: 'laptop', scopes: ['requests:submit'], expiresAt });
    expect(made.key).toMatchObject({ label: 'laptop', scopes: ['requests:submit'], isLimited: true });
    expect(made.apiKey.startsWith(made.key.prefix)).toBe(true);
    expect(Date.parse(made.key.expiresAt ?? '')).toBe(expiresAt.getTime());
    const rotated = await rotateKey({ ...by(sender), keyId: made.key.id, overlapSeconds: 0 });
    expect(rotated).toMatchObject({ key: { label: 'laptop' }, former: { id: made.key.id } });
    await expect(identify(by(made))).rejects.toThrow(UnauthenticatedError);
    const { key } = await revokeKey({ ...by(sender), keyId: rotated.key.id });
    expect(key.revokedAt).not.toBeNull();
    await expect(identify(by(rotated))).rejects.toThrow(UnauthenticatedError);
    const listed = await listKeys(by(sender));
    expect(nth(listed, 0).id).toBe(rotated.key.id);
    expect(listed).toHaveLength(3);
    await expect(revokeKey({ ...by(sender), keyId: '0198c0de-0000-7000-8000-000000000000' })).rejects.toThrow(
      ApiKeyNotFoundError,
    );
  });

  it('of its agents are made and listed by an owner', async () => {
    const agent = await registerAgent(platform);
    const owner = by({ apiKey: agent.ownerKey });
    const { apiKey } = await createKey({ ...owner, agentId: agent.handle });
    expect(await identify(by({ apiKey }))).toMatchObject({ __typename: 'Agent', id: agent.id });
    expect(await listKeys({ ...owner, agentId: agent.handle })).toHaveLength(2);
    expect(await listKeys(owner)).toHaveLength(1);
  });
});
