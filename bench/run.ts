// `npm run bench -- NAME [options]`: runs bench/NAME.ts, or says which there are.
import { readdirSync, readFileSync } from 'node:fs';

/** How a benchmark's file begins; what follows says what it measures. The other files here are what they share. */
const OPENING = '// Benchmark: ';

const benchmarks = new Map<string, string>();
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (!file.endsWith('.ts')) continue;
  const [firstLine = ''] = readFileSync(`${import.meta.dirname}/${file}`, 'utf8').split('\n', 1);
  if (firstLine.startsWith(OPENING)) benchmarks.set(file.slice(0, -'.ts'.length), firstLine.slice(OPENING.length));
}

const [name = ''] = process.argv.splice(2, 1);
if (benchmarks.has(name)) {
  await import(`./${name}.ts`);
  // It is done, and nothing is left to do. Node has been seen to spin for ever where it takes itself down by its own end: it
  // waits for a handle to close, which it never hears of.
  process.once('beforeExit', () => process.exit());
} else {
  if (name !== '') console.error(`There is no benchmark ${JSON.stringify(name)}.`);
  console.error('npm run bench -- NAME [options]\n');
  for (const [each, about] of benchmarks) console.error(`  ${each.padEnd(20)} ${about}`);
  process.exitCode = 2;
}
