const LOOK_EVERY_MS = 15;
/** What a busy machine needs at the most; whoever waits for less means to see that something is quick, or does not come. */
const WITHIN_MS = 30_000;
/** The same for a process to start, which reads all of its code first, or to end. */
export const PROCESS_WITHIN_MS = 90_000;

/** Repeats the probe until it stops throwing and answers what it returned; past the deadline it rethrows. */
export async function eventually<Value>(probe: () => Value | Promise<Value>, withinMs = WITHIN_MS): Promise<Value> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** The promise's value, or a failure that names what was waited for. */
export async function within<Value>(promise: Promise<Value>, what: string, ms = WITHIN_MS): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
