// Generates everything that is generated again and fails if that changes a file: what is committed is what the code says.
import { execFileSync } from 'node:child_process';

const GENERATED = [
  'schema/schema.graphql',
  'schema/openapi.json',
  'agent-sdk/src/generated',
  'agent-sdk-python/src/clawcierge_agent/_generated',
  'admin-ui/src/generated',
];

const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' });

const before = git('status', '--porcelain', '--', ...GENERATED);
if (before !== '') {
  console.error(`Generated files have uncommitted changes; commit them or throw them away first:\n${before}`);
  process.exit(1);
}
execFileSync('npm', ['run', '--silent', 'generate'], { stdio: 'inherit' });
const difference = git('status', '--porcelain', '--', ...GENERATED);
if (difference !== '') {
  console.error(`Generated files are out of date; run \`npm run generate\` and commit:\n${difference}`);
  process.exit(1);
}
console.log('Generated files are up to date.');
