// An attack, or a part of one, as a process of its own.
import { setTimeout as wait } from 'node:timers/promises';
import { serveOrders } from '../clients/client-process.ts';
import { ATTACKS } from './attacks.ts';
import type { AttackFigures, AttackOrder, AttackTask } from './messages.ts';

serveOrders(async (task: AttackTask) => {
  const attack = ATTACKS.find(({ name }) => name === task.attack);
  if (!attack) throw new Error(`there is no attack ${task.attack}`);
  const { addresses, part, parts } = task;
  return async ({ seconds }: AttackOrder): Promise<AttackFigures> => {
    const told: Record<string, number> = {};
    const note = (what: string) => {
      told[what] = (told[what] ?? 0) + 1;
    };
    const addressOf = (place: number) => addresses[(place * parts + part) % addresses.length] ?? '';
    await Promise.race([attack.run({ ...task, note, addressOf }), wait(seconds * 1_000)]);
    return { told: { ...told } };
  };
});
