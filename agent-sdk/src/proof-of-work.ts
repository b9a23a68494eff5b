import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WorkRequiredError } from './errors.ts';

/** How a proof of work that the platform asks for is done. */
export interface ProofOfWorkOptions {
  /**
   * The most zero bits that are worked for; each one more takes twice as long, and 20 take about a second. Where the platform asks
   * for more, WorkRequiredError is thrown.
   * @default 26
   */
  readonly proofOfWorkMaxBits?: number;
  /** Called before the work begins, with the zero bits that are asked for. */
  readonly onProofOfWork?: (bits: number) => void;
}

const BITS_MAX = 26;
/** Somebody else may run in between. */
const TRIES_AT_ONCE = 4_096;
/** A challenge may expire while it is solved, and a proof be lost with its answer; then there is another one. */
const PROOFS_MAX = 2;

/** Registers, and does the work that the platform asks for before. */
export async function withProofOfWork<Answer>(
  { proofOfWorkMaxBits = BITS_MAX, onProofOfWork }: ProofOfWorkOptions,
  register: (proof: { readonly proofOfWork?: string }) => Promise<Answer>,
): Promise<Answer> {
  let proof: { readonly proofOfWork?: string } = {};
  for (let proofs = 0; ; proofs += 1) {
    try {
      return await register(proof);
    } catch (error) {
      if (!(error instanceof WorkRequiredError) || error.bits > proofOfWorkMaxBits || proofs === PROOFS_MAX)
        throw error;
      onProofOfWork?.(error.bits);
      proof = { proofOfWork: await proofOf(error) };
    }
  }
}

async function proofOf({ challenge, bits }: WorkRequiredError): Promise<string> {
  for (let tried = 0; ; tried += TRIES_AT_ONCE) {
    for (let text = tried; text < tried + TRIES_AT_ONCE; text += 1) {
      const proof = `${challenge}:${text}`;
      if (zeroBitsOf(createHash('sha256').update(proof).digest()) >= bits) return proof;
    }
    await nextTurn();
  }
}

function zeroBitsOf(hash: Uint8Array): number {
  const first = hash.findIndex((byte) => byte !== 0);
  return first === -1 ? hash.length * 8 : first * 8 + Math.clz32(hash[first] ?? 0) - 24;
}
