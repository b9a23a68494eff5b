/** Whether the socket is open, and who wants to know. */
let isOpen = false;
const listeners = new Set<() => void>();

export function setConnected(isConnected: boolean): void {
  if (isOpen === isConnected) return;
  isOpen = isConnected;
  for (const listener of listeners) listener();
}

export const isConnected = (): boolean => isOpen;

/** Calls back whenever it opened or closed. Answers the function that ends it. */
export function onConnectionChanged(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
