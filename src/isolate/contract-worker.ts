import { answerJob } from '../enforcement/contract/answer-job.ts';
import { serveJobs } from './worker-protocol.ts';

// The entry of the worker threads in which contracts are compiled and evaluated.
serveJobs(answerJob);
