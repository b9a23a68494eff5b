/** Whom an operation is run as. */
export type Caller = 'agent' | 'sender' | 'nobody';

export type Keys = {
  readonly agent: string;
  readonly sender: string;
  /** Whom operations are run as that do not say it themselves. */
  readonly caller: Caller;
};

const STORED_AS = 'clawcierge:keys';
const NONE: Keys = { agent: '', sender: '', caller: 'nobody' };

let keys = stored();
const listeners = new Set<() => void>();

/** The one place for keys: this window's, until it is closed. */
export const keysStore = {
  get: (): Keys => keys,

  set(changes: Partial<Keys>): void {
    keys = { ...keys, ...changes };
    sessionStorage.setItem(STORED_AS, JSON.stringify(keys));
    for (const listener of listeners) listener();
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

function stored(): Keys {
  try {
    return { ...NONE, ...JSON.parse(sessionStorage.getItem(STORED_AS) ?? '{}') };
  } catch {
    return NONE;
  }
}

/** Takes over the key that registerAgent or registerSender answered, so that nobody has to copy it. */
export function takeKeysFrom(answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) return;
  for (const [name, value] of Object.entries(answer)) {
    if (name !== 'apiKey') takeKeysFrom(value);
    else if (typeof value === 'string' && value.startsWith('clw_agent_')) keysStore.set({ agent: value });
    else if (typeof value === 'string' && value.startsWith('clw_sender_')) keysStore.set({ sender: value });
  }
}
