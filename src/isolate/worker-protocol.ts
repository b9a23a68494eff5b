import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';

/** What a worker sends: once when it can take jobs, then one for each job. `cpuMicros` is its thread's CPU time so far. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly cpuMicros: number }
  | { readonly kind: 'answer'; readonly answer: unknown; readonly cpuMicros: number }
  | { readonly kind: 'failure'; readonly error: string; readonly cpuMicros: number };

/** How far a worker stands back for the event loop where processors are short, as `nice` has it. */
const STANDS_BACK = 5;

/** Makes this thread a worker: says that it is ready, then answers one job after the other. */
export function serveJobs<Job>(compute: (job: Job) => unknown): void {
  const port = parentPort;
  if (port === null) throw new Error('Jobs are served in worker threads only');
  const send = (message: WorkerMessage) => port.postMessage(message);
  port.on('message', async (job: Job) => {
    try {
      send({ kind: 'answer', answer: await compute(job), cpuMicros: threadCpuMicros() });
    } catch (error) {
      send({
        kind: 'failure',
        error: error instanceof Error ? String(error.stack) : String(error),
        cpuMicros: threadCpuMicros(),
      });
    }
  });
  standBack();
  send({ kind: 'ready', cpuMicros: threadCpuMicros() });
}

/** On Linux a priority is a thread's; elsewhere it would be the whole process's. */
function standBack(): void {
  if (process.platform === 'linux') setPriority(0, STANDS_BACK);
}

function threadCpuMicros(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
