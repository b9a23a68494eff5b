type Options<Value> = {
  readonly look: () => Promise<Value>;
  /** How long what was seen is good for, in milliseconds. */
  readonly freshMs: number;
  /** How long anybody waits for a look. */
  readonly withinMs: number;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
  /** Hears once of each look that failed, or that took too long. */
  readonly onFailure: () => void;
};

/**
 * Looks at what others have to be asked for: once in a while whoever wants to know, one look at a time, and nobody waits
 * for longer than a moment. The function that is answered throws where a look fails or takes too long; one that takes too
 * long goes on, and what it sees is there for whoever asks next.
 */
export function createLook<Value>(options: Options<Value>): () => Promise<Value> {
  const { look, freshMs, withinMs, monotonic, onFailure } = options;
  let seen: { readonly value: Value; readonly at: number } | null = null;
  let looking: { readonly seen: Promise<Value>; hasFailed: boolean } | null = null;

  function begin(): NonNullable<typeof looking> {
    const at = monotonic();
    const begun = {
      seen: look().then((value) => {
        seen = { value, at };
        return value;
      }),
      hasFailed: false,
    };
    const end = () => {
      looking = null;
    };
    begun.seen.then(end, end);
    return begun;
  }

  return async () => {
    if (seen && monotonic() - seen.at < freshMs) return seen.value;
    looking ??= begin();
    const current = looking;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('It took too long to look.')), withinMs);
    try {
      return await Promise.race([current.seen, late.promise]);
    } catch (error) {
      if (!current.hasFailed) onFailure();
      current.hasFailed = true;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}
