import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Type } from 'typebox';
import { WorkRequiredError } from '../../domain/errors.ts';
import { nullable } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RegistrationWorkStore } from '../ports/registration-work-store.ts';
import type { ApplicationSettings } from '../settings.ts';
import { sha256 } from '../sha256.ts';
import { mayAlways } from './admission.ts';

/** As both registrations take it. */
export const PROOF_OF_WORK = nullable(
  Type.String({
    description:
      'A proof of work, where the platform asks for one: a challenge, a colon and a text with which its SHA-256 begins with as many zero bits as were asked for; ignored where it asks for none.',
  }),
);

/** What somebody who registers is to solve first. */
export type RegistrationChallenge = { readonly challenge: string; readonly bits: number; readonly expiresAt: Date };

/** A proof that was checked and may be spent. Throws WorkRequiredError where it was before. */
export type SpendProof = () => Promise<void>;

/** How long a challenge may be solved for. */
const LIFETIME_MS = 10 * 60 * 1_000;
/** What was spent is known for so long after its end, for nodes whose clocks are behind. */
const KNOWN_FOR_MS = 5 * 60 * 1_000;
const NONCE_BYTES = 12;
const MAC_BYTES = 16;
/** What is longer is none. */
const PROOF_MAX_LENGTH = 256;
const PURPOSE = 'clawcierge/registration-work/v1\n';
const FORM = /^(\d{1,2})\.(\d{1,12})\.[\w-]{16}$/;

type Dependencies = {
  readonly workStore: RegistrationWorkStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly settings: Pick<ApplicationSettings, 'registration' | 'registrationPowBits'>;
};

/** What strangers do before they register, so that a million of them cost somebody something (docs/decisions/0073). */
export function createRegistrationWork({ workStore, clock, metrics, settings }: Dependencies) {
  const { registration, registrationPowBits: bits } = settings;
  let secret: Promise<Buffer> | null = null;

  /** Another try is made where the store did not answer. */
  function secretOf(): Promise<Buffer> {
    secret ??= workStore.secret().catch((error) => {
      secret = null;
      throw error;
    });
    return secret;
  }

  const macOf = async (unsigned: string): Promise<Buffer> =>
    createHmac('sha256', await secretOf())
      .update(PURPOSE + unsigned)
      .digest()
      .subarray(0, MAC_BYTES);

  /** A new challenge, of which nothing is kept; null where registration asks for no proof. */
  async function challenge(): Promise<RegistrationChallenge | null> {
    if (bits === 0) return null;
    const expiresAt = new Date(Math.ceil((clock.now().getTime() + LIFETIME_MS) / 1_000) * 1_000);
    const unsigned = `${bits}.${expiresAt.getTime() / 1_000}.${randomBytes(NONCE_BYTES).toString('base64url')}`;
    return { challenge: `${unsigned}.${(await macOf(unsigned)).toString('base64url')}`, bits, expiresAt };
  }

  /**
   * Whether whoever registers has done what is asked for. Answers what spends the proof, null where none is needed: owners and
   * administrators, and whoever was invited. Throws WorkRequiredError, which has a new challenge.
   */
  async function checkWork(principal: Principal | null, proof: string | null | undefined): Promise<SpendProof | null> {
    if (bits === 0 || registration !== 'open' || mayAlways(principal)) return null;
    if (proof == null || proof === '') throw await refusal('missing');
    const expiresAt = await endOf(proof);
    if (expiresAt === null) throw await refusal('invalid');
    return async () => {
      const [of = ''] = proof.split(':');
      const forgottenBefore = new Date(clock.now().getTime() - KNOWN_FOR_MS);
      if (!(await workStore.spend(sha256(of), expiresAt, forgottenBefore))) throw await refusal('spent');
      metrics.registrationProofs.of('taken').add();
    };
  }

  async function refusal(why: 'missing' | 'invalid' | 'spent'): Promise<WorkRequiredError> {
    metrics.registrationProofs.of(why).add();
    const next = await challenge();
    return new WorkRequiredError(next?.challenge ?? '', bits, why);
  }

  /** When the challenge of a proof expires; null where it is not ours, has expired, or is not solved. */
  async function endOf(proof: string): Promise<Date | null> {
    const colon = proof.indexOf(':');
    if (colon === -1 || proof.length > PROOF_MAX_LENGTH) return null;
    const dot = proof.lastIndexOf('.', colon);
    const unsigned = proof.slice(0, Math.max(0, dot));
    const [, asked, seconds] = FORM.exec(unsigned) ?? [];
    if (Number(asked) < bits || seconds === undefined) return null;
    const expiresAt = new Date(Number(seconds) * 1_000);
    if (expiresAt <= clock.now() || zeroBitsOf(sha256(proof)) < bits) return null;
    const given = Buffer.from(proof.slice(dot + 1, colon), 'base64url');
    const expected = await macOf(unsigned);
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
    // Of the spellings of some bytes only one is ours: another would be another challenge, and be spent once more.
    return isOurs && given.toString('base64url') === proof.slice(dot + 1, colon) ? expiresAt : null;
  }

  return { challenge, checkWork };
}

export type RegistrationWork = ReturnType<typeof createRegistrationWork>;

/** How many bits are zero before the first that is not. */
function zeroBitsOf(hash: Buffer): number {
  const first = hash.findIndex((byte) => byte !== 0);
  return first === -1 ? hash.length * 8 : first * 8 + Math.clz32(hash[first] ?? 0) - 24;
}
