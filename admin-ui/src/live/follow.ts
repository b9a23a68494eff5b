import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { Client } from 'urql';
import { onReconnected } from './reconnections.ts';

/** After the platform has ended the subscription (it was read too slowly, say), it is opened again so much later. */
const RESUBSCRIBE_AFTER_MS = 1_000;

/**
 * Tells of each event of a subscription, for as long as it is followed; `null` stands for "something may have been missed".
 * Answers the function that ends it.
 */
export function follow<Data>(
  client: Client,
  document: TypedDocumentNode<Data, Record<string, never>>,
  tell: (event: Data | null) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end = () => {};
  const open = () => {
    const { unsubscribe } = client.subscription(document, {}).subscribe(({ data, error, hasNext }) => {
      tell(data ?? null);
      if (error !== undefined && hasNext === false) again();
    });
    end = unsubscribe;
  };
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      end();
      open();
      tell(null);
    }, RESUBSCRIBE_AFTER_MS);
  };
  open();
  const stopListening = onReconnected(() => tell(null));
  return () => {
    clearTimeout(timer);
    stopListening();
    end();
  };
}

/** Calls at once after a quiet time, then at most once in so many milliseconds while it goes on. */
export function atMostEvery(everyMs: number, act: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastCall = 0;
  return {
    call() {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          lastCall = performance.now();
          act();
        },
        Math.max(0, lastCall + everyMs - performance.now()),
      );
    },
    stop: () => clearTimeout(timer),
  };
}
