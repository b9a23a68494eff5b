const LOOK_EVERY_MS = 15;

/** Repeats the probe until it stops throwing and answers what it returned; past the deadline it rethrows. */
export async function eventually<Value>(probe: () => Value | Promise<Value>, withinMs = 10_000): Promise<Value> {
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
export async function within<Value>(promise: Promise<Value>, what: string, ms = 10_000): Promise<Value> {
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
