import { CoMETRE } from '@transmute/rfc9162';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  type Leaves,
  leafHash,
  MerkleStack,
  provesConsistency,
  provesInclusion,
  rootOf,
  rootOver,
  subtreesIn,
} from '../../src/domain/merkle.ts';

const { RFC9162_SHA256: reference } = CoMETRE;

/** The leaves that implementations of Certificate Transparency are tested with, and the roots of the first of them. */
const STANDARD = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leavesOf = (size: number) => Array.from({ length: size }, (_, index) => leafHash(`entry ${index}`));

/** Hashes of parts, as a store of subtrees has them. */
const hashesOf = (parts: readonly Leaves[], leaves: readonly Buffer[]) =>
  parts.map((part) =>
    rootOver(subtreesIn(part).map(({ level, n }) => rootOf(leaves.slice(n * 2 ** level, (n + 1) * 2 ** level)))),
  );

const sizes = fc.integer({ min: 1, max: 300 });

describe('the Merkle tree', () => {
  it.each(ROOTS.map((root, size) => ({ size, root })))('has the published root of $size leaves', ({ size, root }) => {
    expect(rootOf(STANDARD.slice(0, size).map(leafHash)).toString('hex')).toBe(root);
  });

  it('has the roots and the proofs of another implementation, which takes ours', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, one, other) => {
        const index = one % size;
        const before = 1 + (other % size);
        const leaves = leavesOf(size);
        const root = rootOf(leaves);
        expect(Buffer.from(await reference.root(leaves))).toEqual(root);
        const included = await reference.inclusion_proof(index, leaves);
        const proof = hashesOf(inclusionProof(index, size), leaves);
        expect(proof).toEqual(included.inclusion_path.map((hash) => Buffer.from(hash)));
        expect(provesInclusion(proof, { leaf: leaves[index] ?? EMPTY_ROOT, index, size, root })).toBe(true);
        const consistent = hashesOf(consistencyProof(before, size), leaves);
        const earlier = { size: before, root: rootOf(leaves.slice(0, before)) };
        expect(provesConsistency(consistent, earlier, { size, root })).toBe(true);
        if (before === size) return;
        // It leaves a root that the verifier knows in the path, which the RFC does not.
        const known = Number.isInteger(Math.log2(before)) ? [earlier.root] : [];
        const path = [...known, ...consistent];
        const claim = { log_id: '', tree_size_1: before, tree_size_2: size, consistency_path: path };
        expect(await reference.verify_consistency_proof(earlier.root, root, claim)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('grows from its full subtrees alone', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), (size, cut) => {
        const leaves = leavesOf(size);
        const first = new MerkleStack();
        for (const leaf of leaves.slice(0, cut % size)) first.append(leaf);
        const rest = new MerkleStack(first.size, first.subtrees);
        for (const leaf of leaves.slice(cut % size)) rest.append(leaf);
        expect(rest.root()).toEqual(rootOf(leaves));
        expect(rest.subtrees).toEqual(hashesOf(subtreesIn({ from: 0, to: size }).map(leavesIn), leaves));
      }),
      { numRuns: 50 },
    );
  });

  it('proves nothing by a proof, a leaf, a place, a size or a root that was altered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (size, one, other) => {
        const index = one % size;
        const before = 1 + (other % (size - 1));
        const leaves = leavesOf(size);
        const root = rootOf(leaves);
        const leaf = leaves[index] ?? EMPTY_ROOT;
        const proof = hashesOf(inclusionProof(index, size), leaves);
        const claim = { leaf, index, size, root };
        const without = proof.slice(1);
        const swapped = proof.map((hash, at) => (at === other % proof.length ? leafHash('another') : hash));
        expect(provesInclusion(proof, claim)).toBe(true);
        expect(provesInclusion(without, claim)).toBe(false);
        expect(provesInclusion([...proof, root], claim)).toBe(false);
        expect(provesInclusion(swapped, claim)).toBe(false);
        expect(provesInclusion(proof, { ...claim, leaf: leafHash('another') })).toBe(false);
        expect(provesInclusion(proof, { ...claim, index: (index + 1) % size })).toBe(false);
        expect(provesInclusion(proof, { ...claim, index: size })).toBe(false);
        expect(provesInclusion(proof, { ...claim, index: -1 })).toBe(false);
        expect(provesInclusion(proof, { ...claim, root: leafHash('another') })).toBe(false);
        const earlier = { size: before, root: rootOf(leaves.slice(0, before)) };
        const later = { size, root };
        const consistent = hashesOf(consistencyProof(before, size), leaves);
        expect(provesConsistency(consistent, earlier, later)).toBe(true);
        expect(provesConsistency(consistent.slice(1), earlier, later)).toBe(false);
        expect(provesConsistency(consistent, { ...earlier, root: leafHash('another') }, later)).toBe(false);
        expect(provesConsistency(consistent, earlier, { ...later, root: leafHash('another') })).toBe(false);
        expect(provesConsistency(consistent, { size: size + 1, root }, later)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

const leavesIn = ({ level, n }: { readonly level: number; readonly n: number }): Leaves => ({
  from: n * 2 ** level,
  to: (n + 1) * 2 ** level,
});
