import { expect, it, onTestFinished } from 'vitest';
import { MemoryNetwork } from '../../src/bus/memory-network.ts';
import { UnavailableError } from '../../src/domain/errors.ts';
import { JsonText } from '../../src/domain/json/json-text.ts';
import type { Facts } from '../../src/domain/verdict.ts';
import { runPipeline, type Stage } from '../../src/enforcement/pipeline.ts';
import { aSender, createNode, newAgent, permissive } from '../testkit/application-node.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';

it('a result that could not be checked is not lost: its request stays open until it is sent again', async () => {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  const clock = createVirtualClock();
  let isFailing = true;
  const stage: Stage<'result'> = {
    name: 'firewall',
    evaluate() {
      if (isFailing) throw new Error('out of memory');
      return { decision: 'PASS' };
    },
  };
  const node = await createNode({
    databaseUrl: url,
    bus: new MemoryNetwork(silentLog).join(),
    clock,
    enforcement: {
      ...permissive,
      decide: (direction, facts) =>
        direction === 'request'
          ? permissive.decide(direction, facts)
          : runPipeline(direction, [stage as Stage<typeof direction>], facts as Facts[typeof direction], {
              stageTimeoutMs: 1_000,
              now: () => clock.monotonic(),
            }),
    },
  });
  onTestFinished(() => node.stop());
  const agent = await newAgent(node.storage, clock.now());
  await node.start();
  const channel = await node.connect(agent);
  const { requests } = node.app;
  const { id } = await requests.submit(aSender(), { handle: agent.handle, action: 'do.it' });
  const result = JsonText.of({ done: true });

  const refused = expect.objectContaining({
    message: 'The firewall stage failed, so the result was not recorded. Send it again in a moment.',
  });
  const byChannel = () => requests.reportOutcome(agent, id, { status: 'completed', result }, channel.id);
  await expect(byChannel()).rejects.toSatisfy((error) => error instanceof UnavailableError);
  await expect(byChannel()).rejects.toEqual(refused);
  await expect(requests.complete(agent, { requestId: id, result })).rejects.toEqual(refused);
  expect(await requests.find(agent, id)).toMatchObject({ status: 'DISPATCHED', error: null });

  isFailing = false;
  expect(await byChannel()).toBeNull();
  expect(await requests.find(agent, id)).toMatchObject({ status: 'COMPLETED' });
});
