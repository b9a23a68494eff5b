import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { verifierText } from '../../src/domain/signed-note.ts';
import { openAuditKeys } from '../../src/signing/audit-keys.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { keyOf } from './trails.ts';

describe('the keys that a node goes by', () => {
  const VERIFIER = verifierText('clawcierge/test', createSigner(keyOf(4)).publicKey);
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'keys-'));
    onTestFinished(() => rmSync(made, { recursive: true }));
    return made;
  };
  const open = (dataDir: string, env: Record<string, string> = {}) => {
    const log = createRecordingLog();
    return { ...openAuditKeys(readConfig({ ...env, DATA_DIR: dataDir }), log), log };
  };

  it('are its own, which it makes once, and whatever signed the trail that it finds, until its own has', () => {
    const dataDir = folder();
    const first = open(dataDir);
    expect(first.auditTrust).toMatchObject({ verifiers: [], ownBefore: [] });
    expect(first.auditTrust.newcomer?.taken()).toBeNull();
    expect(statSync(join(dataDir, 'audit.key')).mode & 0o777).toBe(0o600);
    first.auditTrust.newcomer?.take(VERIFIER);
    const second = open(dataDir);
    expect(second.signer?.publicKey).toEqual(first.signer?.publicKey);
    expect(second.auditTrust.newcomer?.taken()).toBe(VERIFIER);
    second.auditTrust.newcomer?.end();
    expect(open(dataDir).auditTrust.newcomer).toBeNull();
  });

  it('are never half of what it took, which would be whatever it finds next', () => {
    const dataDir = folder();
    const file = join(dataDir, 'audit.key.new');
    const { newcomer } = open(dataDir).auditTrust;
    linkSync(file, join(dataDir, 'before'));
    newcomer?.take(VERIFIER);
    // Nothing was written into the file that was there: whoever ended meanwhile would have left nothing in it.
    expect(readFileSync(join(dataDir, 'before'), 'utf8')).toBe('');
    expect(readFileSync(file, 'utf8')).toBe(`${VERIFIER}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir).sort()).toEqual(['audit.key', 'audit.key.new', 'before']);

    writeFileSync(file, VERIFIER.slice(0, -9));
    const { signer, auditTrust, log } = open(dataDir);
    expect(signer).toBeNull();
    expect(auditTrust.newcomer).toBeNull();
    expect(log.errors().join()).toMatch(/audit\.key\.new is to have the verifier key.*AUDIT_TRUSTED_KEYS/);
    const told = open(dataDir, { AUDIT_TRUSTED_KEYS: VERIFIER });
    expect(told.signer).not.toBeNull();
    expect(told.auditTrust.newcomer?.taken()).toBeNull();
    told.auditTrust.newcomer?.take(VERIFIER);
    expect(open(dataDir).auditTrust.newcomer?.taken()).toBe(VERIFIER);
  });

  it('are those that it had and those that are named, where it is given one', () => {
    const dataDir = folder();
    const before = open(dataDir);
    const given = open(dataDir, { AUDIT_SIGNING_KEY: keyOf(5), AUDIT_TRUSTED_KEYS: VERIFIER });
    expect(given.signer?.publicKey).toEqual(createSigner(keyOf(5)).publicKey);
    expect(given.auditTrust).toEqual({
      ...{ verifiers: [VERIFIER], newcomer: null },
      ownBefore: [before.signer?.publicKey],
    });
    const other = folder();
    // It was told, and found nothing by one of those: it takes nothing else later.
    open(other);
    expect(open(other, { AUDIT_TRUSTED_KEYS: VERIFIER }).auditTrust.newcomer?.taken()).toBeNull();
    expect(open(other).auditTrust.newcomer).toBeNull();
    expect(() => open(dataDir, { AUDIT_TRUSTED_KEYS: `${VERIFIER},x` })).toThrow(/AUDIT_TRUSTED_KEYS.*"x"/);
  });

  it('are none where the file cannot be read, which is said', () => {
    const dataDir = folder();
    writeFileSync(join(dataDir, 'audit.key'), 'no key');
    const { signer, auditTrust, log } = open(dataDir);
    expect(signer).toBeNull();
    expect(auditTrust.newcomer).toBeNull();
    expect(log.errors().join()).toContain('this node seals nothing');
    expect(open(dataDir, { AUDIT_SIGNING_KEY: keyOf(5) }).signer).not.toBeNull();
  });
});
