import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { PasskeyRecord } from '../ports/passkey-store.ts';

/** Loaded with the first passkey: most platforms have none. */
const library = () => import('@simplewebauthn/server');

/** Who asks an authenticator: the platform, as a browser knows it. */
export type RelyingParty = { readonly id: string; readonly origin: string };

const NAME = 'Clawcierge';
/** A person has so long to find the authenticator. */
const TIMEOUT_MS = 5 * 60_000;
/** EdDSA, ES256 and RS256: every authenticator has one of them, and what else there is Node calls experimental. */
const ALGORITHMS = [-8, -7, -257];

/**
 * The party that pages of that origin are of: PUBLIC_URL's host, and without PUBLIC_URL only `localhost`. Null where no
 * browser would take it: at another name, at an address, and without TLS.
 */
export function relyingPartyAt(origin: string, publicUrl: string): RelyingParty | null {
  if (!URL.canParse(origin)) return null;
  const { hostname, protocol, origin: at } = new URL(origin);
  const isOurs = publicUrl === '' ? hostname === 'localhost' : at === new URL(publicUrl).origin;
  const isSafe = protocol === 'https:' || hostname === 'localhost';
  return isOurs && isSafe && isName(hostname) ? { id: hostname, origin: at } : null;
}

/** Browsers refuse addresses. */
const isName = (hostname: string): boolean => !hostname.startsWith('[') && !/^[\d.]+$/.test(hostname);

/** What a browser's `navigator.credentials.create` is asked with, as JSON. */
export async function creationOptions(
  party: RelyingParty,
  {
    name,
    challenge,
    known,
  }: { readonly name: string; readonly challenge: Buffer; readonly known: readonly PasskeyRecord[] },
): Promise<string> {
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: NAME,
    rpID: party.id,
    userName: name,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: known.map(({ id }) => ({ id })),
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
  });
  return JSON.stringify(options);
}

/** What a browser's `navigator.credentials.get` is asked with, as JSON. */
export async function requestOptions(
  party: RelyingParty,
  { challenge, known }: { readonly challenge: Buffer; readonly known: readonly PasskeyRecord[] },
): Promise<string> {
  const { generateAuthenticationOptions } = await library();
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    challenge: new Uint8Array(challenge),
    timeout: TIMEOUT_MS,
    allowCredentials: known.map(({ id }) => ({ id })),
    userVerification: 'preferred',
  });
  return JSON.stringify(options);
}

/** The passkey that a browser made for the challenge; null for anything else. */
export async function madeFor(party: RelyingParty, challenge: Buffer, response: string): Promise<NewCredential | null> {
  const { verifyRegistrationResponse } = await library();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: JSON.parse(response) as RegistrationResponseJSON,
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      supportedAlgorithmIDs: ALGORITHMS,
      requireUserVerification: false,
    });
    if (registrationInfo === undefined) return null;
    const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
    return {
      id,
      publicKey: Buffer.from(publicKey),
      counter,
      transports: transports.filter((each) => TRANSPORT.test(each)).slice(0, TRANSPORTS_MAX),
    };
  } catch {
    // The library says by errors what is wrong with what a stranger sent.
    return null;
  }
}

type NewCredential = Pick<PasskeyRecord, 'id' | 'publicKey' | 'counter' | 'transports'>;
const TRANSPORTS_MAX = 8;
/** As `usb` and `smart-card` are. Browsers tell them, so anybody may tell anything. */
const TRANSPORT = /^[a-z-]{1,20}$/;

/** The passkey that signed the challenge, one of those that are known, and its counter then; null for anything else. */
export async function signedBy(
  party: RelyingParty,
  { challenge, known }: { readonly challenge: Buffer; readonly known: readonly PasskeyRecord[] },
  response: string,
): Promise<{ readonly id: string; readonly counter: number } | null> {
  const { verifyAuthenticationResponse } = await library();
  try {
    const read = JSON.parse(response) as AuthenticationResponseJSON;
    const passkey = known.find(({ id }) => id === read.id);
    if (passkey === undefined) return null;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: read,
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      credential: { id: passkey.id, publicKey: new Uint8Array(passkey.publicKey), counter: passkey.counter },
      requireUserVerification: false,
    });
    return verified ? { id: passkey.id, counter: authenticationInfo.newCounter } : null;
  } catch {
    return null;
  }
}
