import type { Log } from '../application/ports/log.ts';
import type { AuditTrust, Signer } from '../application/ports/signer.ts';
import { createSigner, findSigner, openSigner } from './ed25519-signer.ts';
import { findNewcomer, markNewcomer } from './newcomer.ts';

type Options = {
  readonly auditSigningKey: string | undefined;
  readonly auditTrustedKeys: readonly string[];
  readonly dataDir: string;
};

/**
 * What the audit trail is signed with, and by which other keys it may have been signed. No signer where this node has no key and nowhere to
 * keep one, so that others have to sign.
 */
export const openAuditKeys = (
  { auditSigningKey, auditTrustedKeys: verifiers, dataDir }: Options,
  log: Log,
): { readonly signer: Signer | null; readonly auditTrust: AuditTrust } => {
  try {
    const found = findSigner(dataDir);
    if (auditSigningKey === undefined) {
      // Before the key: one that is there by itself counts as one that has signed.
      if (found === null) markNewcomer(dataDir);
      const signer = found ?? openSigner(dataDir);
      const newcomer = findNewcomer(dataDir, log, { isTold: verifiers.length > 0 });
      return { signer, auditTrust: { verifiers, ownBefore: [], newcomer } };
    }
    const ownBefore = found === null ? [] : [found.publicKey];
    return { signer: createSigner(auditSigningKey), auditTrust: { verifiers, ownBefore, newcomer: null } };
  } catch (error) {
    const signer = auditSigningKey === undefined ? null : createSigner(auditSigningKey);
    if (signer === null) {
      log.error({ err: error, dataDir }, 'no key to sign the audit trail with, so this node seals nothing');
    }
    return { signer, auditTrust: { verifiers, ownBefore: [], newcomer: null } };
  }
};
