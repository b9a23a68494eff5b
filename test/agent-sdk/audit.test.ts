import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  AuditEntryNotFoundError,
  type AuditMismatchError,
  type AuditOptions,
  type CheckpointStore,
  ClawciergeClient,
  checkAuditTrail,
  fileCheckpoints,
  memoryCheckpoints,
  NotSealedError,
  proveAuditEntry,
} from '../../agent-sdk/src/index.ts';
import { entryText, type SealedEntry } from '../../src/domain/audit-entry-text.ts';
import { consistencyProof, inclusionProof, leafHash, rootOf } from '../../src/domain/merkle.ts';
import { checkpointText, proofText, signedNote, verifierText } from '../../src/domain/signed-note.ts';
import { createSigner } from '../../src/signing/ed25519-signer.ts';
import { keyOf } from '../audit/trails.ts';
import { FakeClock, settled } from './fake-clock.ts';

const HOUR = 3_600_000;
const OF_PLATFORM = { url: 'https://agents.example', apiKey: 'clw_sender_test' };
const EMPTY = { errors: [{ message: 'Not yet', extensions: { code: 'NOT_SEALED', retryAfterSeconds: 1 } }] };
const OLDER = { errors: [{ message: 'Cannot query', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };

/** A platform as far as its trail goes, which a test may have rewrite its past in every way. */
class Trail {
  readonly leaves: Buffer[] = [];
  origin = 'clawcierge/test';
  key = keyOf(1);
  /** Which keys it says that there are. */
  announced = [keyOf(1)];
  /** What it answers to everything instead. */
  answer: object | (() => object) | null = null;
  /** The proof that it gives in place of the right one. */
  proof: readonly string[] | null = null;
  /** Which leaf it proves, whatever it is asked for. */
  proves = 0;
  readonly asked: string[] = [];

  constructor(size: number) {
    this.grow(size);
  }

  grow(by: number, from = 'entry'): this {
    for (let at = 0; at < by; at += 1) this.leaves.push(leafHash(`${from} ${this.leaves.length}`));
    return this;
  }

  /** Puts an entry on record, and says what is shown of it. */
  enter(entryId: string, senderId: string | null = null) {
    const noted: SealedEntry = {
      ...{ entryId, type: 'request.cancelled', at: new Date('2026-02-11T00:00:00.120Z'), node: 'n', senderId },
      ...{ actorKind: 'sender', actorId: senderId, keyId: 'k', subjectKind: 'request', subjectId: 'r' },
      ...{ agentId: null, requestId: 'r', data: { attempts: 1 }, detailsDigest: null },
      ...{ index: this.leaves.length, agentN: null, agentPrev: null, senderN: null, senderPrev: null },
    };
    const canonical = entryText(noted);
    this.proves = this.leaves.push(leafHash(canonical)) - 1;
    return {
      ...{ id: entryId, canonical, index: noted.index, type: noted.type, at: '2026-02-11T00:00:00.120Z' },
      ...{ actor: { kind: 'sender', id: senderId, keyId: 'k' }, subject: { kind: 'request', id: 'r' } },
      ...{ agentId: null, senderId, requestId: 'r', data: { attempts: 1 } },
    };
  }

  verifier(key = this.key): string {
    return verifierText(this.origin, createSigner(key).publicKey);
  }

  get note(): string {
    const { publicKey, sign } = createSigner(this.key);
    const root = rootOf(this.leaves);
    const text = checkpointText({ origin: this.origin, size: this.leaves.length, root });
    return signedNote(text, { name: this.origin, publicKey, sign });
  }

  readonly fetch = async (_url: string, { body }: RequestInit): Promise<Response> => {
    const { query, variables } = JSON.parse(String(body));
    this.asked.push(/^\s*query (\w+)/.exec(query)?.[1] ?? '?');
    if (this.answer !== null) return Response.json(typeof this.answer === 'function' ? this.answer() : this.answer);
    return Response.json({ data: this.#dataOf(query, variables) });
  };

  #dataOf(query: string, { from, to }: { from: number; to: number }): object {
    if (query.includes('auditConsistency')) {
      const parts = consistencyProof(from, to).map((part) => rootOf(this.leaves.slice(part.from, part.to)));
      return { auditConsistency: this.proof ?? parts.map((hash) => hash.toString('base64')) };
    }
    const auditKeys = this.announced.map((key) => ({ key: this.verifier(key) }));
    if (query.includes('auditProof')) {
      const parts = inclusionProof(this.proves, this.leaves.length).map(({ from, to }) =>
        rootOf(this.leaves.slice(from, to)),
      );
      return { auditProof: proofText(this.proves, parts, this.note), auditKeys };
    }
    if (!query.includes('auditCheckpoint')) return { viewer: {}, request: { id: 'r', status: 'PENDING' } };
    return { auditCheckpoint: { note: this.note }, auditKeys };
  }
}

const check = (trail: Trail, store = memoryCheckpoints(), keys?: readonly string[]) =>
  checkAuditTrail({ ...OF_PLATFORM, fetch: trail.fetch, store, keys });

const mismatchOf = (checked: Promise<unknown>): Promise<AuditMismatchError> =>
  checked.then(
    () => expect.fail('all was well'),
    (error: AuditMismatchError) => error,
  );

describe('checkAuditTrail', () => {
  it('keeps the first checkpoint, and holds each later one to it', async () => {
    const store = memoryCheckpoints();
    const trail = new Trail(5);
    expect(await check(trail, store)).toMatchObject({ size: 5, sizeBefore: null, origin: trail.origin, newKeys: [] });
    for (const by of [0, 1, 7, 200]) {
      const before = trail.leaves.length;
      expect(await check(trail.grow(by), store)).toMatchObject({ size: before + by, sizeBefore: before });
    }
    expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note: trail.note, keys: [trail.verifier()] });
  });

  const kept = async (size: number) => {
    const store = memoryCheckpoints();
    const trail = new Trail(size);
    await check(trail, store);
    return { store, trail, note: trail.note };
  };

  it('finds a past that is another one, and keeps what it had', async () => {
    const rewritten: [kind: string, rewrite: (trail: Trail) => void][] = [
      ['fork', (trail) => trail.leaves.splice(3, 1, leafHash('another'))],
      ['smaller', (trail) => trail.leaves.pop()],
      ['unproven', (trail) => trail.grow(4).leaves.splice(3, 1, leafHash('another'))],
      [
        'unproven',
        (trail) => {
          trail.grow(4).proof = ['', 'AAAA', 'x'.repeat(5_000)];
        },
      ],
      [
        'other_trail',
        (trail) => {
          trail.grow(4).origin = 'clawcierge/another';
        },
      ],
      [
        'unsigned',
        (trail) => {
          trail.grow(4).key = keyOf(2);
        },
      ],
    ];
    for (const [kind, rewrite] of rewritten) {
      const { store, trail, note } = await kept(9);
      // Also what the platform's other keys had signed.
      trail.announced = kind === 'other_trail' ? [keyOf(1)] : trail.announced;
      rewrite(trail);
      const error = await mismatchOf(check(trail, store));
      expect(error).toMatchObject({ code: 'audit_mismatch', kind, kept: note, seen: trail.note });
      expect(error.message).toContain(OF_PLATFORM.url);
      expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note });
      // It is found again, each time.
      expect(await mismatchOf(check(trail, store))).toMatchObject({ kind });
    }
  });

  it.each(['INVALID_INPUT', 'NOT_SEALED'])(
    'takes a platform that refuses the proof for one that has none: %s',
    async (code) => {
      const { store, trail } = await kept(9);
      trail.grow(1);
      const { note } = trail;
      const answers = [
        { data: { auditCheckpoint: { note }, auditKeys: [{ key: trail.verifier() }] } },
        { errors: [{ message: 'No.', extensions: { code } }] },
      ];
      trail.answer = () => answers.shift() ?? {};
      expect(await mismatchOf(check(trail, store))).toMatchObject({ kind: 'unproven', proof: null });
    },
  );

  it('trusts another key that is announced, where nothing else has changed', async () => {
    const { store, trail } = await kept(9);
    trail.grow(3).key = keyOf(2);
    trail.announced = [keyOf(2), keyOf(1)];
    expect(await check(trail, store)).toMatchObject({ newKeys: [trail.verifier(keyOf(2))] });
    expect(await check(trail.grow(1), store)).toMatchObject({ newKeys: [] });
    trail.leaves.splice(0, 1, leafHash('another'));
    trail.key = keyOf(3);
    trail.announced = [keyOf(3)];
    expect(await mismatchOf(check(trail.grow(1), store))).toMatchObject({ kind: 'unproven' });
    expect((await store.load(OF_PLATFORM.url))?.keys).not.toContain(trail.verifier(keyOf(3)));
  });

  it('trusts no other key than those that it is given', async () => {
    const trail = new Trail(9);
    const keys = [trail.verifier()];
    expect(await check(trail, memoryCheckpoints(), keys)).toMatchObject({ size: 9 });
    trail.key = keyOf(2);
    trail.announced = [keyOf(2), keyOf(1)];
    expect(await mismatchOf(check(trail, memoryCheckpoints(), keys))).toMatchObject({
      kind: 'unknown_key',
      kept: null,
    });
    await expect(check(trail, memoryCheckpoints(), ['no key'])).rejects.toThrow(TypeError);
  });
});

describe('proveAuditEntry', () => {
  const prove = (trail: Trail, entry: Parameters<typeof proveAuditEntry>[0]['entry'], store = memoryCheckpoints()) =>
    proveAuditEntry({ ...OF_PLATFORM, fetch: trail.fetch, store, entry });

  it('keeps the checkpoint that an entry is proved by, which later ones are held to', async () => {
    const store = memoryCheckpoints();
    const trail = new Trail(5);
    const entry = trail.enter('a');
    expect(await prove(trail.grow(3), entry, store)).toMatchObject({ index: 5, size: 9, newKeys: [] });
    expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note: trail.note, keys: [trail.verifier()] });
    expect(await check(trail.grow(2), store)).toMatchObject({ sizeBefore: 9 });
    expect(await prove(trail.grow(2), entry, store)).toMatchObject({ size: 13 });
    expect(await check(trail, store)).toMatchObject({ sizeBefore: 13 });
  });

  it('says what there is no proof of, and when to ask again', async () => {
    const trail = new Trail(5);
    const entry = trail.enter('a');
    const refused = (code: string, more = {}) => {
      trail.answer = { errors: [{ message: 'There is none.', extensions: { code, ...more } }] };
      return prove(trail, entry).catch((error: unknown) => error);
    };
    expect(await refused('AUDIT_ENTRY_NOT_FOUND')).toBeInstanceOf(AuditEntryNotFoundError);
    const notSealed = await refused('NOT_SEALED', { retryAfterSeconds: 7 });
    expect(notSealed).toBeInstanceOf(NotSealedError);
    expect(notSealed).toMatchObject({ code: 'not_sealed', retryable: true, retryAfterSeconds: 7 });
  });

  it('finds what is proved by another tree than the one that was followed', async () => {
    const forks: [kind: string, rewrite: (trail: Trail) => void][] = [
      ['fork', () => {}],
      ['unproven', (trail) => trail.grow(4)],
      ['unproven', (trail) => trail.leaves.splice(0, 2)],
    ];
    for (const [kind, rewrite] of forks) {
      const [followed, other] = [new Trail(9), new Trail(0).grow(8, 'other')];
      const store = memoryCheckpoints();
      await check(followed, store);
      // The tree that has it is signed by the same key, and was shown to nobody else.
      rewrite(other);
      const entry = other.enter('a');
      const error = await mismatchOf(prove(other, entry, store));
      expect(error).toMatchObject({ kind, kept: followed.note, seen: other.note });
      expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note: followed.note });
    }
  });

  it('takes the proof of an older checkpoint, and keeps the newer one', async () => {
    const store = memoryCheckpoints();
    const [trail, before] = [new Trail(5), new Trail(5)];
    const entry = before.enter('a');
    trail.enter('a');
    await check(trail.grow(4), store);
    const later = ({ body, ...rest }: RequestInit) => {
      const isProof = String(body).includes('auditProof');
      return (isProof ? before : trail).fetch('', { ...rest, ...(body && { body }) });
    };
    const asked = { ...OF_PLATFORM, fetch: (_url: string, init: RequestInit) => later(init), store, entry };
    expect(await proveAuditEntry(asked)).toMatchObject({ size: 6 });
    expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note: trail.note });
  });

  it('proves the entry that was asked for, as it was shown, and no other', async () => {
    const trail = new Trail(5);
    const [shown, other] = [trail.enter('a', 's'), trail.enter('b', 's')];
    const lies = [
      ['id', { ...other, id: shown.id }],
      ['type', { ...other, type: 'request.expired' }],
      ['at', { ...other, at: '2026-02-11T00:00:01Z' }],
      ['actor', { ...other, actor: { ...other.actor, kind: 'owner' } }],
      ['subject', { ...other, subject: { ...other.subject, id: 'q' } }],
      ['sender', { ...other, senderId: 't' }],
      ['data', { ...other, data: { attempts: 2 } }],
      ['index', { ...other, index: 5 }],
    ] as const;
    for (const [name, lie] of lies) {
      const error = await mismatchOf(prove(trail, lie));
      expect(error).toMatchObject({ kind: 'other_entry', message: expect.stringContaining(`another ${name}.`) });
      expect(error.seen).toBe(trail.note);
    }
    expect(await prove(trail, other)).toMatchObject({ index: 6 });
    // What can be read in two ways is no entry, though it is in the tree.
    const canonical = other.canonical.replace('"id":"b"', '"id":"b","id":"a"');
    trail.proves = trail.leaves.push(leafHash(canonical)) - 1;
    expect(await mismatchOf(prove(trail, { id: 'a', canonical }))).toMatchObject({ kind: 'other_entry' });
  });

  it('trusts the keys of the checkpoint that was kept, and another one once it is announced', async () => {
    const store = memoryCheckpoints();
    const trail = new Trail(5);
    await check(trail, store);
    const entry = trail.enter('a');
    trail.key = keyOf(2);
    expect(await mismatchOf(prove(trail, entry, store))).toMatchObject({ kind: 'unsigned' });
    trail.announced = [keyOf(2), keyOf(1)];
    expect(await prove(trail, entry, store)).toMatchObject({ newKeys: [trail.verifier()] });
    expect(await prove(trail, entry, store)).toMatchObject({ newKeys: [] });
  });
});

describe('a checkpoint that several processes keep', () => {
  it('is held to what another one was shown meanwhile', async () => {
    const kept = memoryCheckpoints();
    const trail = new Trail(5);
    await check(trail, kept);
    const [mine, others] = [new Trail(5).grow(5, 'mine'), new Trail(5).grow(2, 'others')];
    let loads = 0;
    const store = {
      ...kept,
      load: async (platform: string) => {
        loads += 1;
        if (loads === 2) await check(others, kept);
        return kept.load(platform);
      },
    };
    expect(await mismatchOf(check(mine, store))).toMatchObject({ kind: 'unproven', kept: others.note });
    expect(await kept.load(OF_PLATFORM.url)).toMatchObject({ note: others.note });
  });

  it('is kept with the keys of both, where they begin together and are shown others', async () => {
    const kept = memoryCheckpoints();
    const [before, after] = [new Trail(5), new Trail(7)];
    after.key = keyOf(2);
    after.announced = [keyOf(2)];
    let loads = 0;
    const store = {
      ...kept,
      load: async (platform: string) => {
        loads += 1;
        if (loads === 2) await check(before, kept);
        return kept.load(platform);
      },
    };
    expect(await check(after, store)).toMatchObject({ size: 7, sizeBefore: null, newKeys: [] });
    const keys = [before.verifier(), after.verifier()];
    expect(await kept.load(OF_PLATFORM.url)).toMatchObject({ note: after.note, keys });
    expect(await check(after.grow(1), kept)).toMatchObject({ sizeBefore: 7 });
  });
});

/** One that there is not yet. */
const folder = async () => {
  const made = await mkdtemp(join(tmpdir(), 'checkpoints-'));
  onTestFinished(() => rm(made, { recursive: true }));
  return join(made, 'kept');
};

describe.each([
  ['files', async () => fileCheckpoints(await folder())],
  ['memory', async () => memoryCheckpoints()],
])('a checkpoint in %s that another process replaces between the last look and the writing', (_where, create) => {
  /** The store of a process that is about to write as the others do. */
  const slowed = (kept: CheckpointStore, others: () => Promise<unknown>): CheckpointStore => {
    let isFirst = true;
    return {
      ...kept,
      async save(...args) {
        if (isFirst) await others();
        isFirst = false;
        return kept.save(...args);
      },
    };
  };

  it('stays where it is the newer one, and what others are shown is held to it', async () => {
    const kept = await create();
    const trail = new Trail(5);
    await check(trail, kept);
    const store = slowed(kept, () => check(trail.grow(2), kept));
    expect(await check(trail.grow(2), store)).toMatchObject({ size: 7, sizeBefore: 5 });
    expect(await kept.load(OF_PLATFORM.url)).toMatchObject({ note: trail.note });
    const [mine, others] = [new Trail(9).grow(5, 'mine'), new Trail(9).grow(2, 'others')];
    const found = mismatchOf(
      check(
        mine,
        slowed(kept, () => check(others, kept)),
      ),
    );
    expect(await found).toMatchObject({ kind: 'unproven', kept: others.note });
    expect(await kept.load(OF_PLATFORM.url)).toMatchObject({ note: others.note });
  });
});

describe('checkpoints in files', () => {
  it('are their user’s alone, one for each platform, and outlive the process', async () => {
    const at = await folder();
    const trail = new Trail(3);
    await check(trail, fileCheckpoints(at));
    const [file = '', ...others] = await readdir(at);
    expect(others).toEqual([]);
    expect(file).toMatch(/^agents\.example-[0-9a-f]{16}\.json$/);
    expect((await stat(join(at, file))).mode & 0o777).toBe(0o600);
    expect((await stat(at)).mode & 0o777).toBe(0o700);
    expect(await check(trail.grow(2), fileCheckpoints(at))).toMatchObject({ sizeBefore: 3 });
    const other = {
      ...OF_PLATFORM,
      url: 'https://agents.example:8443',
      fetch: trail.fetch,
      store: fileCheckpoints(at),
    };
    expect(await checkAuditTrail(other)).toMatchObject({ sizeBefore: null });
  });

  it('are kept although a process ended while it wrote one', async () => {
    const at = await folder();
    await check(new Trail(3), fileCheckpoints(at));
    const [name = ''] = await readdir(at);
    await writeFile(join(at, `${name}.lock`), '');
    expect(await check(new Trail(4), fileCheckpoints(at))).toMatchObject({ sizeBefore: 3 });
    expect(await check(new Trail(4), fileCheckpoints(at))).toMatchObject({ sizeBefore: 4 });
    expect(await readdir(at)).toEqual([name]);
  });

  /** A folder in which a process ended while it wrote, and what another one does that has something in the place of what is kept. */
  const locked = async () => {
    const at = await folder();
    const store = fileCheckpoints(at);
    const { url } = OF_PLATFORM;
    await check(new Trail(3), store);
    const [name = ''] = await readdir(at);
    await writeFile(join(at, `${name}.lock`), '');
    const { note, keys, checkedAt } = (await store.load(url)) ?? expect.fail('none is kept');
    const replace = (by: string) => fileCheckpoints(at).save(url, { note: by, keys, checkedAt }, note);
    return { at, name, store, replace };
  };

  it('are replaced by one alone of those that waited for a process that ended', async () => {
    const ended = async () => {
      const { at, name, store, replace } = await locked();
      const saved = await Promise.all(Array.from({ length: 12 }, (_, each) => replace(`${each}`)));
      expect(saved.filter((isSaved) => isSaved)).toHaveLength(1);
      expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note: `${saved.indexOf(true)}` });
      expect(await readdir(at)).toEqual([name]);
    };
    await Promise.all(Array.from({ length: 6 }, ended));
  });

  it('are not replaced while others write one after the other, however long that takes', async () => {
    const { at, name, store, replace } = await locked();
    let isOver = false;
    const saving = replace('mine').finally(() => {
      isOver = true;
    });
    // Longer than a process is waited for that has ended.
    for (let each = 0; each < 25 && !isOver; each += 1) {
      await writeFile(join(at, 'others'), `${each}`);
      await rename(join(at, 'others'), join(at, `${name}.lock`));
      await setTimeout(100);
    }
    expect(isOver).toBe(false);
    await rm(join(at, `${name}.lock`));
    expect(await saving).toBe(true);
    expect(await store.load(OF_PLATFORM.url)).toMatchObject({ note: 'mine' });
    expect(await readdir(at)).toEqual([name]);
  });

  it('are kept in a folder of a volume that its group may write to, as Kubernetes has it, and not where that changes what is in it', async () => {
    const at = await folder();
    await mkdir(at);
    await chmod(at, 0o2770);
    const own = join(at, 'checkpoints');
    await check(new Trail(3), fileCheckpoints(own));
    expect(await check(new Trail(3), fileCheckpoints(own))).toMatchObject({ sizeBefore: 3 });
    await chmod(own, 0o2770);
    await expect(check(new Trail(3), fileCheckpoints(own))).rejects.toThrow('fsGroup');
  });

  it('are not believed where others may have written them', async () => {
    const at = await folder();
    await check(new Trail(3), fileCheckpoints(at));
    const [name = ''] = await readdir(at);
    const file = join(at, name);
    // Whoever could would name a key of theirs in it.
    for (const mode of [0o602, 0o620]) {
      await chmod(file, mode);
      await expect(check(new Trail(3), fileCheckpoints(at))).rejects.toThrow(/written by others/);
    }
    await chmod(file, 0o600);
    // Or remove it, so that the next key that is met is trusted.
    for (const mode of [0o702, 0o770]) {
      await chmod(at, mode);
      await expect(check(new Trail(3), fileCheckpoints(at))).rejects.toThrow(`chmod go-w ${at}`);
    }
    await chmod(at, 0o1777);
    expect(await check(new Trail(3), fileCheckpoints(at))).toMatchObject({ sizeBefore: 3 });
    await chmod(at, 0o700);
    if (process.getuid?.() === 0) {
      await chown(file, 65_534, 65_534);
      await expect(check(new Trail(3), fileCheckpoints(at))).rejects.toThrow(/written by others/);
      await chown(file, 0, 0);
    }
    // A link is replaced, and not written through.
    await rename(file, join(at, 'other'));
    await symlink(join(at, 'other'), file);
    const before = await readFile(join(at, 'other'), 'utf8');
    expect(await check(new Trail(4), fileCheckpoints(at))).toMatchObject({ sizeBefore: 3 });
    expect(await readFile(join(at, 'other'), 'utf8')).toBe(before);
    expect((await lstat(file)).isFile()).toBe(true);
    await truncate(file, 2_000_000);
    await expect(check(new Trail(4), fileCheckpoints(at))).rejects.toThrow(/Move it away/);
  });

  it('say so where they were damaged', async () => {
    const at = await folder();
    await check(new Trail(3), fileCheckpoints(at));
    const [file = ''] = await readdir(at);
    const text = await readFile(join(at, file), 'utf8');
    await writeFile(join(at, file), text.replace('\\n3\\n', '\\n2\\n'));
    await expect(check(new Trail(3), fileCheckpoints(at))).rejects.toThrow(/its own keys/);
    await writeFile(join(at, file), '{');
    await expect(check(new Trail(3), fileCheckpoints(at))).rejects.toThrow(/Move it away/);
  });
});

describe('a client', () => {
  const client = (trail: Trail, audit: AuditOptions | false | undefined, clock = new FakeClock()) => {
    const log: string[] = [];
    const write = (level: string) => (message: string) => void log.push(`${level} ${message}`);
    const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
    const made = new ClawciergeClient({
      ...{ ...OF_PLATFORM, fetch: trail.fetch, clock, logger, random: () => 0.5 },
      ...(audit !== undefined && { audit }),
    });
    /** A call, and what goes on beside it. */
    const use = async () => {
      await made.read('r');
      // Files are read and written in other threads; these checks are of memory.
      for (let turn = 0; turn < 10; turn += 1) await settled();
    };
    return {
      use,
      client: made,
      clock,
      log,
      checks: () => trail.asked.filter((each) => each === 'AuditCheckpoint').length,
    };
  };

  it('checks beside its calls, once an hour, and begins within a minute', async () => {
    const { use, clock, checks, log } = client(new Trail(3), undefined);
    await use();
    expect(checks()).toBe(0);
    await clock.advance(60_000);
    await use();
    await use();
    expect(checks()).toBe(1);
    await clock.advance(HOUR * 1.5);
    await use();
    expect(checks()).toBe(2);
    expect(log.filter((line) => !line.startsWith('debug'))).toEqual([]);
    // Nothing but calls sets it off: no timer holds the process.
    expect(clock.pending).toBe(0);
  });

  it('checks at once where a checkpoint was kept, and not what others have just checked', async () => {
    const store = memoryCheckpoints();
    const trail = new Trail(3);
    const first = client(trail, { store });
    await first.use();
    expect(first.checks()).toBe(1);
    const second = client(trail, { store });
    await second.use();
    expect(second.checks()).toBe(1);
  });

  it('tells of a rewritten past, and goes on', async () => {
    const found: AuditMismatchError[] = [];
    const trail = new Trail(3);
    const { use, clock, log } = client(trail, { store: memoryCheckpoints(), onMismatch: (error) => found.push(error) });
    await use();
    const { note } = trail;
    trail.leaves.splice(0, 1, leafHash('another'));
    await clock.advance(2 * HOUR);
    await use();
    await use();
    expect(found).toMatchObject([{ kind: 'fork', kept: note, seen: trail.note }]);
    expect(log.filter((line) => line.startsWith('error'))).toEqual([expect.stringContaining('is not what it was')]);
    await clock.advance(2 * HOUR);
    await use();
    expect(found).toHaveLength(2);
  });

  it('refuses such a platform where it is to', async () => {
    const trail = new Trail(3);
    const { use, clock, client: strict } = client(trail, { store: memoryCheckpoints(), strict: true });
    await use();
    trail.leaves.pop();
    await clock.advance(2 * HOUR);
    await use();
    expect(await mismatchOf(strict.read('r'))).toMatchObject({ code: 'audit_mismatch', kind: 'smaller' });
  });

  it.each([OLDER, EMPTY])('is silent where the platform has no trail, until it had one: %j', async (none) => {
    const trail = new Trail(3);
    const { use, clock, log, checks } = client(trail, { store: memoryCheckpoints() });
    const older = async () => {
      await clock.advance(2 * HOUR);
      trail.answer = () => (trail.asked.at(-1) === 'AuditCheckpoint' ? none : { data: { viewer: {}, request: {} } });
      await use();
      trail.answer = null;
    };
    await older();
    expect(checks()).toBe(1);
    expect(log).toEqual([expect.stringMatching(/^debug .*could not be checked/)]);
    await clock.advance(2 * HOUR);
    await use();
    await older();
    expect(log.at(-1)).toMatch(/^warn .*could not be checked/);
  });

  it('says so where the platform never has the time to be checked', async () => {
    const trail = new Trail(3);
    const { use, clock, log } = client(trail, { store: memoryCheckpoints() });
    const busy = { errors: [{ message: 'Later.', extensions: { code: 'UNAVAILABLE' } }] };
    trail.answer = () => (trail.asked.at(-1) === 'AuditCheckpoint' ? busy : { data: { viewer: {}, request: {} } });
    for (let times = 0; times < 3; times += 1) {
      await clock.advance(2 * HOUR);
      await use();
    }
    expect(log.map((line) => line.split(' ')[0])).toEqual(['debug', 'debug', 'warn']);
    trail.answer = null;
    await clock.advance(2 * HOUR);
    await use();
    expect(log.at(-1)).toMatch(/^debug .*is as it was/);
  });

  it('says so where a checkpoint that was kept is not compared before the end, but not of others', async () => {
    const trail = new Trail(3);
    for (const [store, level] of [
      [memoryCheckpoints(), 'warn'],
      [undefined, 'debug'],
    ] as const) {
      const { fetch } = trail;
      // Like fetch, it ends with the signal, and not before.
      const silent = (url: string, init: RequestInit) =>
        String(init.body).includes('auditCheckpoint')
          ? new Promise<Response>((_, reject) =>
              init.signal?.addEventListener('abort', () => reject(init.signal?.reason)),
            )
          : fetch(url, init);
      const { use, client: short, clock, log } = client({ ...trail, fetch: silent } as Trail, store && { store });
      await clock.advance(60_000);
      await use();
      const closing = short.close();
      await settled();
      await clock.advance(500);
      await closing;
      expect(log).toEqual([expect.stringMatching(new RegExp(`^${level} .*was not checked`))]);
    }
  });

  it('begins to count anew how often it could not check, where others could', async () => {
    const trail = new Trail(3);
    const store = memoryCheckpoints();
    const { use, clock, log } = client(trail, { store });
    const busy = { errors: [{ message: 'Later.', extensions: { code: 'UNAVAILABLE' } }] };
    trail.answer = () => (trail.asked.at(-1) === 'AuditCheckpoint' ? busy : { data: { viewer: {}, request: {} } });
    for (let times = 0; times < 4; times += 1) {
      await clock.advance(2 * HOUR);
      const checkedAt = new Date(clock.now()).toISOString();
      if (times === 2) await store.save(OF_PLATFORM.url, { note: trail.note, keys: [trail.verifier()], checkedAt });
      await use();
    }
    expect(log.map((line) => line.split(' ')[0])).toEqual(['debug', 'debug', 'debug']);
  });

  it('asks nothing where that is switched off', async () => {
    const { use, clock, checks } = client(new Trail(3), false);
    await clock.advance(HOUR);
    await use();
    expect(checks()).toBe(0);
    expect(() => client(new Trail(3), { everyMs: 10 })).toThrow(/everyMs/);
  });
});
