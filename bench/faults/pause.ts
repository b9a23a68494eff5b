import { childrenOf } from '../cpu.ts';

const paused = new Set<number>();

// Whoever ends the run leaves nothing behind that cannot be ended.
process.once('exit', () => {
  for (const pid of paused) signal(pid, 'SIGCONT');
});

/** Stops a process and those that it has begun, as when its machine is frozen: nobody is told, nothing is lost. */
export function pause(pid: number): void {
  // It begins no more of them then.
  signal(pid, 'SIGSTOP');
  for (const each of [pid, ...childrenOf(pid)]) {
    paused.add(each);
    signal(each, 'SIGSTOP');
  }
}

/** Lets it go on, with those that it has begun. */
export function goOn(pid: number): void {
  for (const each of [...childrenOf(pid), pid]) {
    signal(each, 'SIGCONT');
    paused.delete(each);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
