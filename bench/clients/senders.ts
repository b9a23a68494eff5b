// The senders of a benchmark: workers that submit a request, and read it until it is final.
import { serveOrders } from './client-process.ts';
import { HttpConnection } from './http-connection.ts';
import { type Load, monotonicMs, type SendersFigures, type SendersTask } from './messages.ts';
import { senderDoor } from './sender-doors.ts';

/** A request that is not final by then is lost. */
const LOST_AFTER_MS = 30_000;
const FINAL = new Set(['completed', 'failed', 'rejected', 'cancelled', 'timeout']);

serveOrders(async ({ door: doorName, urls, parties: { agents, senderKey }, isWaiting }: SendersTask) => {
  const door = senderDoor(doorName, senderKey, isWaiting);
  let submitted = 0;

  return async ({
    workers,
    thinkMs,
    seconds = Number.POSITIVE_INFINITY,
    lifecycles,
  }: Load): Promise<SendersFigures> => {
    const submitMs: number[] = [];
    const wholeMs: number[] = [];
    const accepted: string[] = [];
    const failures: Record<string, number> = {};
    let reads = 0;
    const begun = monotonicMs();
    const until = begun + seconds * 1_000;
    const last = submitted + (lifecycles ?? Number.POSITIVE_INFINITY);

    const lifecycle = async (connection: HttpConnection): Promise<void> => {
      submitted += 1;
      const number = submitted;
      const agent = agents[number % agents.length];
      if (!agent) throw new Error('there are no agents');
      const at = monotonicMs();
      let request = await door.submit(connection, agent, { number, at, think_ms: thinkMs });
      const submittedAt = monotonicMs();
      accepted.push(request.id);
      while (!FINAL.has(request.status)) {
        if (monotonicMs() - at > LOST_AFTER_MS) throw new Error('lost: not final in time');
        reads += 1;
        request = await door.read(connection, request.id);
      }
      if (request.status !== 'completed') throw new Error(`wrong: ended as ${request.status}`);
      if ((request.result as { number?: unknown } | null)?.number !== number)
        throw new Error("wrong: another's result");
      submitMs.push(submittedAt - at);
      wholeMs.push(monotonicMs() - at);
    };
    const worker = async (place: number): Promise<void> => {
      const connection = await HttpConnection.open(urls[place % urls.length] ?? '');
      while (monotonicMs() < until && submitted < last) {
        try {
          await lifecycle(connection);
        } catch (error) {
          const what = error instanceof Error ? error.message : String(error);
          failures[what] = (failures[what] ?? 0) + 1;
          // Whatever it was, it will not go away: the other workers have enough to show.
          break;
        }
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: workers }, (_, place) => worker(place)));
    return {
      seconds: (monotonicMs() - begun) / 1_000,
      submitMs: Float64Array.from(submitMs),
      wholeMs: Float64Array.from(wholeMs),
      reads,
      accepted,
      failures,
    };
  };
});
