/**
 * A platform's worth of embedded database in a process of its own, for tests to kill. Prints its URL and the server's
 * process id, then waits until its standard input ends, as it does with the test's own process.
 */
import { silentLog } from '../../src/application/ports/log.ts';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.ts';

const { databaseUrl, stop } = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: silentLog });
process.stdout.write(`${databaseUrl}\n`);
process.stdin.resume().once('end', stop);
