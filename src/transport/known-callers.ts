import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import type { Admission } from '../application/admission/admission.ts';
import type { Payer } from '../application/admission/levels.ts';
import { isWellFormedApiKey } from '../application/keys/api-key-format.ts';
import type { Clock } from '../application/ports/clock.ts';
import { COST } from '../application/ports/cost.ts';
import { sha256Hex } from '../application/sha256.ts';
import { OverloadedError, RateLimitedError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import { bearerKey, isFromOwnPage } from './authenticate.ts';

type Dependencies = {
  readonly admission: Admission;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly authenticateApiKey: (text: string) => Promise<Principal | null>;
  readonly authenticateSession: (token: string) => Promise<Principal | null>;
  /** The token of a session in a Cookie header. */
  readonly sessionTokenIn: (cookieHeader: string) => string | null;
  /** Whether somebody was in with the browser of that token. */
  readonly isKnownDevice: (token: string) => Promise<boolean>;
  /** The token of a browser in a Cookie header. */
  readonly deviceTokenIn: (cookieHeader: string) => string | null;
};

type Credential = { readonly kind: 'key' | 'session' | 'device'; readonly text: string };

/** Callers that are remembered. Whoever was not heard of for longest is looked up again. */
const CALLERS_MAX = 20_000;
/** How long a caller is known without being looked up again, in milliseconds. */
const KNOWN_MS = 3_600_000;

/**
 * Whose calls are counted as whose, known from the credential alone: whoever came with it before and was let in. It opens nothing:
 * whether a credential still does is asked where it is used. What nobody came with before is looked up once, and until then it
 * is a stranger's, so that keys which somebody makes up are nobody's work but his own. A browser that somebody was in with pays for
 * itself while its owner is out: else whoever uses up what strangers have keeps administrators from logging in.
 */
export class KnownCallers {
  readonly #deps: Dependencies;
  /** By the digest of the credential. */
  readonly #known = new LRUCache<string, { readonly payer: Payer; readonly until: number }>({ max: CALLERS_MAX });
  /** By the network and the digest, what is looked up: calls that come meanwhile wait for the same. */
  readonly #lookUps = new Map<string, Promise<Payer>>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Who pays for a call with these headers; looked up where that is not known. Throws OverloadedError where too many credentials are looked up. */
  of(headers: IncomingHttpHeaders, address: string): Payer | Promise<Payer> {
    const credential = this.#credentialIn(headers);
    return credential === null ? this.#deps.admission.anonymousAt(address) : this.#ofCredential(credential, address);
  }

  /** Who pays, if that is known without a look-up; `token` is a key that came otherwise. */
  known(headers: IncomingHttpHeaders, token: string | null, address: string): Payer | null {
    const credential = this.#credentialIn(headers) ?? (token === null ? null : { kind: 'key' as const, text: token });
    if (credential === null) return null;
    const known = this.#knownAs(sha256Hex(credential.text));
    return known ? this.#at(address, credential, known) : null;
  }

  /** The same for a key that came otherwise. */
  ofKey(key: string | null, address: string): Payer | Promise<Payer> {
    if (key === null) return this.#deps.admission.anonymousAt(address);
    return this.#ofCredential({ kind: 'key', text: key }, address);
  }

  #ofCredential(credential: Credential, address: string): Payer | Promise<Payer> {
    const digest = sha256Hex(credential.text);
    const known = this.#knownAs(digest);
    if (known) return this.#at(address, credential, known);
    const stranger = this.#deps.admission.anonymousAt(address);
    if (credential.kind === 'key' && !isWellFormedApiKey(credential.text)) return stranger;
    const key = `${stranger.flow} ${digest}`;
    const underWay = this.#lookUps.get(key);
    if (underWay) return underWay;
    const lookUp = this.#lookUp(credential, digest, stranger, address).finally(() => this.#lookUps.delete(key));
    this.#lookUps.set(key, lookUp);
    return lookUp;
  }

  /** Keys are to be had for nothing, and bounded together where they are used. Sessions are not, nor browsers that somebody was in with. */
  #at(address: string, { kind }: Credential, payer: Payer): Payer {
    return kind === 'key' ? this.#deps.admission.from(payer, address) : payer;
  }

  #knownAs(digest: string): Payer | undefined {
    const known = this.#known.get(digest);
    return known && known.until > this.#deps.clock.monotonic() ? known.payer : undefined;
  }

  async #lookUp(credential: Credential, digest: string, stranger: Payer, address: string): Promise<Payer> {
    const { admission, clock, authenticateApiKey, authenticateSession, isKnownDevice } = this.#deps;
    const { kind, text } = credential;
    const look = async (): Promise<Payer | null> => {
      if (kind === 'device') {
        const isOld = admission.takeDeviceLookUp(stranger) && (await isKnownDevice(text));
        return isOld ? admission.payerOfDevice(digest) : null;
      }
      // Others of the network may have looked up as many as they could while this one waited.
      admission.checkBudget(stranger);
      const principal = await (kind === 'key' ? authenticateApiKey(text) : authenticateSession(text));
      return principal && admission.payerOf(principal);
    };
    try {
      const payer = await admission.lookUp(stranger, look);
      if (payer !== null) {
        this.#known.set(digest, { payer, until: clock.monotonic() + KNOWN_MS });
        return this.#at(address, credential, payer);
      }
    } catch (error) {
      if (error instanceof OverloadedError || error instanceof RateLimitedError) throw error;
      // Whoever serves the call will be told the same, and says so.
    }
    admission.charge(stranger, COST.lookUp);
    return stranger;
  }

  #credentialIn(headers: IncomingHttpHeaders): Credential | null {
    const { authorization, cookie } = headers;
    if (authorization !== undefined) {
      const text = bearerKey(authorization);
      return text === null ? null : { kind: 'key', text };
    }
    if (cookie === undefined || !isFromOwnPage(headers)) return null;
    const session = this.#deps.sessionTokenIn(cookie);
    if (session !== null) return { kind: 'session', text: session };
    const device = this.#deps.deviceTokenIn(cookie);
    return device === null ? null : { kind: 'device', text: device };
  }
}
