import { isIP } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { exportAudit } from './application/audit/export-audit.ts';
import type { ExportedEntry } from './application/audit/export-format.ts';
import { pruneAudit } from './application/audit/prune-audit.ts';
import type { VerifiedExport } from './application/audit/verify-export.ts';
import { countText, openDatabase, requireDatabase, type Surroundings } from './data-program.ts';
import { rootOver, subtreesIn } from './domain/merkle.ts';
import { openCheckpoint } from './domain/signed-note.ts';
import { isUuid } from './domain/uuid.ts';
import { assertWritable, writeFileWhole } from './storage/backup/backup-file.ts';
import { createStorage, type Storage } from './storage/create-storage.ts';
import { openDatabase as openTables } from './storage/schema/open-database.ts';

/** What `npm run audit` does with the platform's database. */

/** So many requests are named that are not what is on record of them. */
const SHOWN_MAX = 20;

type Asked = {
  readonly agentId: string | null;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
  /** A checkpoint that somebody kept. */
  readonly kept: string | null;
  readonly force: boolean;
};

/** Writes the trail, or an agent's part of it, to a file or the standard output. */
export async function exportTrail(program: Surroundings, file: string, asked: Asked): Promise<void> {
  const { say, signal } = program;
  const toStream = file === '-';
  if (toStream && process.stdout.isTTY) throw new Error('The standard output is a terminal: name a file.');
  if (!toStream) assertWritable(file, { overwrite: asked.force });
  if (asked.agentId !== null && !isUuid(asked.agentId)) throw new Error('--agent is the id of an agent.');
  await inStorage(program, async ({ audit, auditArchive }) => {
    const keys = await audit.verifiers();
    let entries = 0;
    const onProgress = (count: number) => {
      if (count > entries) say(`  ${countText(count)} entries`);
      entries = count;
    };
    const lines = exportAudit(auditArchive, {
      ...asked,
      since: asked.kept === null ? null : sizeOf(asked.kept, keys),
      keys,
      hashesOf: (subtrees) => audit.hashesOf(subtrees),
      onProgress,
    });
    let range = { from: 0, to: 0 };
    async function* content(): AsyncGenerator<Buffer> {
      for await (const line of lines) {
        if (line.kind === 'trail') range = line;
        yield Buffer.from(`${JSON.stringify(line)}\n`);
      }
    }
    await (toStream
      ? pipeline(content(), process.stdout, { signal })
      : writeFileWhole(content(), file, { overwrite: asked.force, signal }));
    await auditArchive.noteExported(range, asked.agentId);
    say(`Exported ${countText(entries)} entries${toStream ? '' : ` to ${file}`}.`);
  });
}

function sizeOf(note: string, keys: readonly string[]): number {
  const kept = openCheckpoint(note, keys);
  if (kept === null) throw new Error('What was kept is no checkpoint that a key of this platform has signed.');
  return kept.size;
}

/** Says how the requests differ from what is on record of them; the exit code is 1 where they do. */
export async function reconcileTrail(program: Surroundings): Promise<void> {
  await inStorage(program, async ({ auditArchive }) => {
    const { compared, differing } = await auditArchive.compareRequests(SHOWN_MAX + 1);
    for (const { id, status, recorded } of differing.slice(0, SHOWN_MAX)) {
      console.log(`Request ${id} is ${status ?? 'not there'}, and ${recorded ?? 'nothing'} on record.`);
    }
    if (differing.length > SHOWN_MAX) console.log('… and more.');
    if (differing.length > 0) process.exitCode = 1;
    else console.log(`Reconciled: ${countText(compared)} requests are what is on record of them.`);
  });
}

/** Removes what is older and was exported: the file is verified first. */
export async function pruneTrail(
  program: Surroundings,
  asked: {
    readonly before: Date;
    readonly verify: (onEntry: (entry: ExportedEntry) => void) => Promise<VerifiedExport>;
  },
): Promise<void> {
  await inStorage(program, async ({ audit, auditArchive }) => {
    const rootAt = async (size: number) => rootOver(await audit.hashesOf(subtreesIn({ from: 0, to: size })));
    const entries = await pruneAudit(auditArchive, { ...asked, rootAt, say: program.say, signal: program.signal });
    program.say(
      `Pruned ${countText(entries)} entries. The tree keeps their hashes, so proofs of what is left still work.`,
    );
  });
}

/** Removes what is personal of what is on record of somebody. */
export async function eraseSubject(program: Surroundings, subjectId: string): Promise<void> {
  if (!isUuid(subjectId))
    throw new Error('--subject is the id of an agent, a sender, an owner, an approver or an administrator.');
  await inStorage(program, async ({ auditArchive }) => {
    sayErased(program, await auditArchive.erase(subjectId));
  });
}

/** Removes what is personal of what came from an address. */
export async function eraseAddress(program: Surroundings, address: string): Promise<void> {
  if (!isIP(address)) throw new Error('--address is an address such as 192.0.2.7 or 2001:db8::7.');
  await inStorage(program, async ({ auditArchive }) => {
    sayErased(program, await auditArchive.eraseAddress(address));
  });
}

const sayErased = (program: Surroundings, entries: number): void =>
  program.say(`Erased what was personal of ${countText(entries)} entries. They stay, and every hash is as it was.`);

/** The stores of the database that the settings name. Pages of a large trail may take their time. */
async function inStorage(program: Surroundings, work: (storage: Storage) => Promise<void>): Promise<void> {
  const { config, log } = program;
  requireDatabase(config);
  const { link, close } = await openDatabase(program);
  try {
    const { schema } = await openTables({ ...config, migrateOnStart: false, link, log });
    const storage = await createStorage({
      link,
      schema,
      poolSize: 2,
      log,
      statementTimeoutMs: 0,
    });
    try {
      await work(storage);
    } finally {
      await storage.close();
    }
  } finally {
    await close();
  }
}
