// The server.
import { runProgram } from './run-program.js';

await runProgram('main');
