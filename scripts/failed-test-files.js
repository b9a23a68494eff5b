// Prints the test files that a run's report does not say to have passed, in one line: `node scripts/failed-test-files.js REPORT MAX`.
// Exits with 1 where there is none, or more than MAX: then it was not one file's fault.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [report = '', max = '1'] = process.argv.slice(2);
/** @type {{ testResults: readonly { name: string, status: string }[] }} */
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
const failed = testResults.filter(({ status }) => status !== 'passed').map(({ name }) => relative(process.cwd(), name));
console.log(failed.join(' '));
if (failed.length === 0 || failed.length > Number(max)) process.exitCode = 1;
