import type { Client } from '@modelcontextprotocol/client';

const LISTEN_AGAIN_MS = 5_000;

/**
 * Hears each time a server says that its tools are others now, until the signal fires. A stream of changes that ends is opened
 * again, and what was missed meanwhile counts as a change.
 */
export function listenForToolChanges(client: Client, listener: () => void, signal: AbortSignal): void {
  client.setNotificationHandler('notifications/tools/list_changed', listener);
  const isAnnounced = client.getServerCapabilities()?.tools?.listChanged === true;
  if (isAnnounced && client.getProtocolEra() === 'modern') void keepListening(client, listener, signal);
}

async function keepListening(client: Client, listener: () => void, signal: AbortSignal): Promise<void> {
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      const subscription = await client.listen({ toolsListChanged: true });
      if (!isFirst) listener();
      if ((await subscription.closed) === 'local') return;
    } catch {
      // A server that takes no stream now may take one later.
    }
    await new Promise((resolve) => setTimeout(resolve, LISTEN_AGAIN_MS).unref());
  }
}
