import { countText, openDatabase, progressText, requireDatabase, runDataProgram, sizeText } from './data-program.ts';
import { assertWritable, writeBackupFile, writeBackupTo } from './storage/backup/backup-file.ts';
import { inSession } from './storage/backup/session.ts';
import { type Written, writeBackup } from './storage/backup/write-backup.ts';

const USAGE = `Writes everything that the platform keeps into one file, from one moment, while it goes on.

  npm run backup -- FILE           of DATABASE_URL, or of the embedded database in DATA_DIR
  npm run backup -- FILE --force   replaces the file, if there is one
  npm run --silent backup -- -     to the standard output

docs/operations/backup.md says more.`;

await runDataProgram({ usage: USAGE, flags: ['force'] }, async (program) => {
  const { file, flags, config, say, signal } = program;
  const toStream = file === '-';
  if (toStream && process.stdout.isTTY) throw new Error('The standard output is a terminal: name a file.');
  if (!toStream) assertWritable(file, { overwrite: flags.force });
  requireDatabase(config);
  const database = await openDatabase(program);
  try {
    const written: Written = { tables: 0, rows: 0, bytes: 0 };
    await inSession(database.link, 'clawcierge backup', signal, async (client) => {
      const content = writeBackup(client, {
        platformVersion: program.platformVersion,
        schema: config.databaseSchema,
        onProgress: (progress) => say(progressText(progress)),
        written,
      });
      await (toStream
        ? writeBackupTo(content, process.stdout, { signal })
        : writeBackupFile(content, file, { overwrite: flags.force, signal }));
    });
    say(
      `Backed up ${database.name}${toStream ? '' : ` to ${file}`}: ${written.tables} tables, ` +
        `${countText(written.rows)} rows, ${sizeText(written.bytes)} before compression.`,
    );
  } finally {
    await database.close();
  }
});
