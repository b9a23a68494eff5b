import { expect } from 'vitest';
import { eventually } from './eventually.ts';

type Node = { readonly url: string };

/** What the node says of its being ready. */
export async function readiness({ url }: Node) {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, body: await response.json() };
}

/** Until the node has renewed itself lately and can do its work. */
export const untilReady = (node: Node, withinMs?: number) =>
  eventually(async () => expect((await readiness(node)).status).toBe(200), withinMs);
