import { countText, openDatabase, progressText, runDataProgram } from './data-program.ts';
import { type BackupSource, backupInFile, backupInStream } from './storage/backup/backup-file.ts';
import { checkBackup, restoreBackup, textOf } from './storage/backup/restore-backup.ts';
import { inSession } from './storage/backup/session.ts';
import { RESTORE_APPLICATION } from './storage/schema/until-restored.ts';

const USAGE = `Restores what npm run backup has written, all of it or nothing. Stop every node first.

  npm run restore -- FILE             into DATABASE_URL, or the embedded database in DATA_DIR, which must be empty
  npm run restore -- FILE --replace   deletes what is there
  npm run restore -- FILE --check     only checks that the file is whole
  npm run restore -- -                from the standard input

docs/operations/backup.md says more.`;

await runDataProgram({ usage: USAGE, flags: ['replace', 'check'] }, async (program) => {
  const { file, flags, config, say, signal } = program;
  const source: BackupSource = file === '-' ? await backupInStream(process.stdin, { signal }) : backupInFile(file);
  try {
    const { header, tables, rows } = await checkBackup(source.read());
    say(
      `The backup of ${header.madeAt}, by version ${header.platform} from PostgreSQL ${header.postgres}, is whole: ` +
        `${tables} tables, ${countText(rows)} rows.`,
    );
    if (flags.check) return;
    signal.throwIfAborted();
    const database = await openDatabase(program, { replacesOtherVersion: true });
    try {
      await inSession(database.link, RESTORE_APPLICATION, signal, (client) =>
        restoreBackup(client, source.read(), {
          replace: flags.replace,
          nodeTimeoutSeconds: config.nodeTimeoutSeconds,
          schema: config.databaseSchema,
          onReplace: (contents) => say(`Replacing ${textOf(contents)}.`),
          onProgress: (progress) => say(progressText(progress)),
        }),
      );
      const kept = await database.complete();
      say(`Restored into ${database.name}.`);
      if (kept !== null) say(`The data of the older version are kept in ${kept}: delete them when all is well.`);
    } finally {
      await database.close();
    }
  } finally {
    source.close();
  }
});
