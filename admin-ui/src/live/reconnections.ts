/** Who wants to know that the socket was away and is back. */
const listeners = new Set<() => void>();

export const notifyReconnected = (): void => {
  for (const listener of listeners) listener();
};

/** Calls back after each interruption. Answers the function that ends it. */
export function onReconnected(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
