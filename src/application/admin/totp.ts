import { Secret, TOTP } from 'otpauth';

/** What authenticator apps list it under. */
const ISSUER = 'Clawcierge';
/** As RFC 4226, section 4, recommends: 160 bits. */
const SECRET_BYTES = 20;
const STEP_MS = 30_000;
/** Clocks that are a step apart are right, too (RFC 6238, section 5.2). */
const STEPS_APART = 1;

const totpOf = (secret: Secret, name: string) => new TOTP({ issuer: ISSUER, label: name, secret });

/** A secret for an authenticator app, in base32 as people type it. */
export const newTotpSecret = (): string => new Secret({ size: SECRET_BYTES }).base32;

/** The secret's bytes; null for a text that is no secret of ours. */
export function totpSecretOf(base32: string): Buffer | null {
  if (!/^[A-Z2-7]{32}$/.test(base32)) return null;
  return Buffer.from(Secret.fromBase32(base32).bytes);
}

/** What an authenticator app reads as a QR code. */
export const totpUri = (base32: string, name: string): string => totpOf(Secret.fromBase32(base32), name).toString();

/** The step whose code was typed, at that moment or a step before or after; null for any other text. */
export function totpStepOf(secret: Buffer, typed: string, at: Date): number | null {
  const code = typed.replace(/\s/g, '');
  if (!/^\d{6}$/.test(code)) return null;
  const totp = totpOf(new Secret({ buffer: new Uint8Array(secret).buffer }), '');
  const delta = totp.validate({ token: code, timestamp: at.getTime(), window: STEPS_APART });
  return delta === null ? null : Math.floor(at.getTime() / STEP_MS) + delta;
}
