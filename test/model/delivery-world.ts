import { expect } from 'vitest';
import { DomainError } from '../../src/domain/domain-error.ts';
import { isFinal, type Request } from '../../src/domain/request.ts';
import { aSender, createNode, newAgent, type TestAgent, type TestChannel } from '../testkit/application-node.ts';
import { type Fate, LossyNetwork } from '../testkit/lossy-network.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';
import { Witness } from './witness.ts';

/** What may happen; numbers pick from lists, counted round. */
export type Action =
  | { readonly kind: 'connect'; readonly node: NodeName; readonly agent: number }
  | { readonly kind: 'disconnect' | 'stop-reading' | 'read-again'; readonly channel: number }
  | { readonly kind: 'submit'; readonly node: NodeName; readonly agent: number; readonly count: number }
  | { readonly kind: Said; readonly node: NodeName; readonly request: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'network'; readonly fates: readonly Fate[] }
  | { readonly kind: 'network-down' | 'network-up' | 'deliver-late' }
  | { readonly kind: 'crash' | 'stop'; readonly node: NodeName }
  | { readonly kind: 'delete'; readonly node: NodeName; readonly agent: number }
  /** A client that waits for an outcome, and one of them that does not wait any more. */
  | { readonly kind: 'wait'; readonly node: NodeName; readonly request: number }
  /** A sender who polls, on whichever node. */
  | { readonly kind: 'poll'; readonly node: NodeName; readonly request: number }
  | { readonly kind: 'hang-up'; readonly waiter: number };
type NodeName = 'a' | 'b';
type Sender = ReturnType<typeof aSender>;
type Said = 'acknowledge' | 'complete' | 'fail' | 'cancel';

const STEP_MS = 500;
/** Once all is well again, what is unfinished is delivered and done within so long: a node's timeout, then a lease. */
const SETTLED_WITHIN_MS = 60_000;
const SETTINGS = { unackedMax: 4, openMax: 10, maxAttempts: 4 };

/** Nothing is begun before these have ended; what was begun before them goes on meanwhile. */
const WAITED_FOR: ReadonlySet<Action['kind']> = new Set(['crash', 'stop', 'delete']);

type Node = Awaited<ReturnType<DeliveryWorld['start']>>;

/** Two nodes, two agents, a bad network, and a witness who writes down what is never to happen. */
export class DeliveryWorld {
  readonly #clock = createVirtualClock();
  readonly #network = new LossyNetwork();
  readonly #witness = new Witness();
  readonly #senders = [aSender(), aSender()] as const;
  /** By request: who sent it. */
  readonly #senderOf = new Map<string, Sender>();
  readonly #nodes = new Map<NodeName, Node>();
  readonly #agents: TestAgent[] = [];
  /** Clients that wait, by what they hang up with. */
  #waiters: { readonly hangUp: AbortController; readonly answer: Promise<unknown> }[] = [];
  readonly #polls: Promise<void>[] = [];
  readonly #requests: string[] = [];
  #submissions = 0;
  #channels: { readonly name: NodeName; readonly agent: TestAgent; readonly test: TestChannel }[] = [];
  #underWay: Promise<unknown>[] = [];
  readonly #databaseUrl: string;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  static async begin(databaseUrl: string): Promise<DeliveryWorld> {
    const world = new DeliveryWorld(databaseUrl);
    for (const name of ['a', 'b'] as const) world.#nodes.set(name, await world.start());
    for (let count = 0; count < 2; count += 1) {
      world.#agents.push(await newAgent(world.#node('a').storage, world.#clock.now()));
    }
    await world.#pass(2_500);
    return world;
  }

  async start() {
    const stores = new StoreWatch();
    const bus = this.#network.join();
    const node = await createNode({
      databaseUrl: this.#databaseUrl,
      bus,
      clock: this.#clock,
      settings: SETTINGS,
      wrap: (storage) => stores.wrap(storage),
    });
    stores.onAnswer = (answer) => {
      for (const request of requestsIn(answer)) {
        this.#witness.seeChange(request);
        if (isFinal(request.status)) this.#witness.seeEnd(request.id, node.app.nodeId);
      }
    };
    await node.start();
    return { ...node, bus, stores, gone: Promise.withResolvers<void>() };
  }

  /** What is hasty is begun before what came before it has ended, and not waited for. */
  async run(action: Action, isHasty: boolean): Promise<void> {
    this.#underWay.push(this.#perform(action));
    if (isHasty && !WAITED_FOR.has(action.kind)) return;
    await Promise.all(this.#underWay);
    this.#underWay = [];
  }

  async #perform(action: Action): Promise<void> {
    switch (action.kind) {
      case 'connect':
        return this.#connect(action.node, this.#agent(action.agent));
      case 'disconnect':
        return this.#channel(action.channel)?.test.close();
      case 'stop-reading':
      case 'read-again': {
        const channel = this.#channel(action.channel);
        if (channel) channel.test.socket.unsentBytes = action.kind === 'read-again' ? 0 : 300_000;
        return;
      }
      case 'submit':
        await Promise.all(Array.from({ length: action.count }, () => this.#submit(action)));
        return;
      case 'pass':
        return this.#pass(action.ms);
      case 'network': {
        let turn = 0;
        this.#network.fate = () => action.fates[turn++ % action.fates.length] ?? 'arrives';
        return;
      }
      case 'network-down':
        this.#network.isUp = false;
        return;
      case 'network-up':
        this.#network.isUp = true;
        return this.#network.tellOfGap();
      case 'deliver-late':
        return this.#network.deliverLate();
      case 'crash':
        return this.#crash(action.node);
      case 'stop':
        return this.#stop(action.node);
      case 'delete':
        return this.#delete(action.node, action.agent % this.#agents.length);
      case 'wait':
        return this.#wait(action.node, this.#requests[action.request % this.#requests.length]);
      case 'poll':
        // Not waited for: it may be answered only when time has passed.
        this.#polls.push(this.#poll(action.node, this.#requests[action.request % this.#requests.length]));
        return;
      case 'hang-up':
        return this.#waiters[action.waiter % this.#waiters.length]?.hangUp.abort();
      default:
        return this.#say(action.kind, action.node, this.#requests[action.request % this.#requests.length]);
    }
  }

  async #connect(name: NodeName, agent: TestAgent): Promise<void> {
    const node = this.#node(name);
    const test = await this.#answerOf(node, () => node.connect(agent));
    if (!test) return;
    this.#channels.push({ name, agent, test });
    for (const request of test.deliveries) this.#witness.seeDelivery(request, test.channel.record);
    test.onDelivery((request) => {
      if (!node.isCrashed()) this.#witness.seeDelivery(request, test.channel.record);
    });
  }

  async #submit({ node: name, agent, count }: Extract<Action, { kind: 'submit' }>): Promise<void> {
    const node = this.#node(name);
    const { handle } = this.#agent(agent);
    // Some expire on their way.
    const expiresInSeconds = count === 5 ? 5 : 600;
    const input = { handle, action: 'do.it', whenOffline: 'QUEUE', expiresInSeconds } as const;
    // One of them sends three times as much.
    this.#submissions += 1;
    const sender = this.#senders[this.#submissions % 4 === 0 ? 1 : 0];
    const request = await this.#answerOf(node, () => node.app.requests.submit(sender, input));
    if (!request) return;
    this.#senderOf.set(request.id, sender);
    this.#requests.push(request.id);
  }

  async #say(said: Said, name: NodeName, requestId: string | undefined): Promise<void> {
    if (requestId === undefined) return;
    const node = this.#node(name);
    const row = await this.#answerOf(node, () => node.storage.requests.byId(requestId));
    const agent = this.#agents.find(({ agentId }) => agentId === row?.agentId);
    if (!agent) return;
    const { app } = node;
    const says = {
      acknowledge: () => app.requests.acknowledge(agent, { requestId }),
      complete: () => app.requests.complete(agent, { requestId }),
      fail: () => app.requests.fail(agent, { requestId, message: 'It did not work.' }),
      cancel: () => app.requests.cancel(this.#whoSent(requestId), { requestId }),
    };
    const isOutcome = said !== 'acknowledge';
    if (isOutcome) this.#witness.seeAttempt(requestId);
    const answer = await this.#answerOf(node, says[said]);
    if (isOutcome && answer) this.#witness.seeOutcome(requestId, answer.status);
  }

  /** The node's process is gone; another one starts in its place. */
  async #crash(name: NodeName): Promise<void> {
    const node = this.#node(name);
    this.#channels = this.#channels.filter((channel) => channel.name !== name);
    node.gone.resolve();
    await node.crash();
    this.#nodes.set(name, await this.start());
  }

  /** The node is told to stop, and another one starts in its place. */
  async #stop(name: NodeName): Promise<void> {
    const node = this.#node(name);
    await node.stop();
    await node.bus.close();
    this.#channels = this.#channels.filter((channel) => channel.name !== name);
    this.#nodes.set(name, await this.start());
  }

  /** The agent is deleted, and another one takes its turn from here on. */
  async #delete(name: NodeName, at: number): Promise<void> {
    const node = this.#node(name);
    const agent = this.#agent(at);
    this.#agents[at] = await newAgent(node.storage, this.#clock.now());
    this.#witness.seeDeletion(agent.agentId);
    await this.#answerOf(node, () => node.app.agents.delete(agent, { agentId: agent.agentId }));
  }

  /** A client waits for the outcome, for as long as the platform lets it or until it hangs up. */
  async #wait(name: NodeName, requestId: string | undefined): Promise<void> {
    if (requestId === undefined) return;
    const node = this.#node(name);
    const request = await this.#answerOf(node, () => node.storage.requests.byId(requestId));
    if (!request) return;
    const hangUp = new AbortController();
    const { signal } = hangUp;
    const answer = this.#answerOf(node, () =>
      node.app.requests.waitForOutcome(this.#whoSent(requestId), request, { seconds: 30, signal }),
    );
    this.#waiters.push({ hangUp, answer });
  }

  async #poll(name: NodeName, requestId: string | undefined): Promise<void> {
    if (requestId === undefined) return;
    const node = this.#node(name);
    const told = this.#witness.toldSoFar(requestId);
    const request = await this.#answerOf(node, () => node.app.requests.find(this.#whoSent(requestId), requestId));
    if (request) this.#witness.seePoll(request, told);
  }

  /** What the node answers; undefined where it refuses, or is gone before it could. */
  async #answerOf<Answer>(node: Node, ask: () => Promise<Answer>): Promise<Answer | undefined> {
    const answer = ask().catch((error: unknown) => {
      // Whatever is refused is refused for a reason that the domain knows.
      if (!node.isCrashed()) expect(error).toBeInstanceOf(DomainError);
      return undefined;
    });
    return Promise.race([answer, node.gone.promise.then(() => undefined)]);
  }

  async #pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.#clock.advance(Math.min(STEP_MS, ms - passed));
      for (const { stores } of this.#nodes.values()) await stores.idle();
    }
  }

  /** The network works again, everybody reads, each agent has one more channel, and what arrives is done. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#network.fate = () => 'arrives';
    this.#network.isUp = true;
    this.#network.deliverLate();
    this.#network.tellOfGap();
    for (const { test } of this.#channels) test.socket.unsentBytes = 0;
    for (const agent of this.#agents) await this.#connect('a', agent);
    for (let passed = 0; passed < SETTLED_WITHIN_MS; passed += STEP_MS) {
      await this.#pass(STEP_MS);
      const open = (await this.#allRequests()).filter(({ status }) => !isFinal(status));
      if (open.length === 0 && passed > 15_000) break;
      for (const request of open) {
        // An agent that has acknowledged it knows of it, and is told no more of it.
        const isKnown = request.status === 'ACKED' || this.#witness.hasReached(request);
        if (isKnown) await this.#say('complete', 'b', request.id);
      }
    }
    await this.#pass(STEP_MS);
  }

  async check(): Promise<void> {
    await Promise.all(this.#polls);
    const requests = await this.#allRequests();
    const stuck = requests.filter(({ status }) => !isFinal(status));
    expect(stuck).toEqual([]);
    expect(requests.map(({ id }) => id)).toEqual(expect.arrayContaining(this.#requests));
    this.#witness.check(requests);
    // Whoever waited has been answered, or has hung up; nobody is kept.
    await Promise.all(this.#waiters.map(({ answer }) => answer));
    for (const { app } of this.#nodes.values()) {
      expect(app.nodeChannels.all().map(({ load }) => load)).toEqual(app.nodeChannels.all().map(() => 0));
    }
    const { presence } = this.#node('a').storage;
    const aliveSince = new Date(this.#clock.now().getTime() - 10_000);
    for (const { agentId } of this.#agents) {
      const known = (await presence.channelsOf(agentId, aliveSince)).map(({ channel }) => channel.id);
      const open = [...this.#nodes.values()].flatMap(({ app }) => [...app.nodeChannels.ofAgent(agentId)]);
      expect(known.sort()).toEqual(open.map(({ record }) => record.id).sort());
    }
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    for (const node of this.#nodes.values()) await node.stop();
  }

  async #allRequests(): Promise<readonly Request[]> {
    const { requests } = this.#node('a').storage;
    const lists = await Promise.all(this.#senders.map(({ senderId }) => requests.list({ senderId }, { limit: 1_000 })));
    return lists.flatMap(({ rows }) => rows);
  }

  /** Whoever knows of a request knows its sender, but for one that was stored by a node that is gone. */
  #whoSent(requestId: string): Sender {
    return this.#senderOf.get(requestId) ?? this.#senders[0];
  }

  #node(name: NodeName): Node {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  }

  #agent(at: number): TestAgent {
    const agent = this.#agents[at % this.#agents.length];
    if (!agent) throw new Error('there is no agent');
    return agent;
  }

  #channel(at: number) {
    const open = this.#channels.filter(({ test }) => test.channel.isOpen);
    return open[at % open.length];
  }
}

/** The rows that a store answered with. */
function requestsIn(answer: unknown): readonly Request[] {
  if (Array.isArray(answer)) return answer.flatMap(requestsIn);
  if (typeof answer !== 'object' || answer === null) return [];
  if ('deliveries' in answer) return [answer as Request];
  if ('inserted' in answer) return requestsIn(answer.inserted);
  return 'request' in answer ? requestsIn(answer.request) : [];
}
