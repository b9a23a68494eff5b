import { randomBytes, randomUUID } from 'node:crypto';
import { AgentNotFoundError, HandleTakenError } from '../errors.ts';
import type { CapabilityInput, PolicyAction, PolicyRuleInput } from '../types.ts';
import type { ChannelOfAgent } from './fake-request.ts';

export interface Contract {
  readonly id: string;
  readonly version: number;
  readonly isActive: true;
  readonly capabilities: readonly CapabilityInput[];
  readonly createdAt: string;
}

export interface PolicySet {
  readonly id: string;
  readonly version: number;
  readonly isActive: true;
  readonly defaultAction: PolicyAction;
  readonly rules: readonly object[];
  readonly createdAt: string;
}

/** Somebody whose key is `apiKey`. */
export interface FakeSender {
  readonly id: string;
  readonly apiKey: string;
  readonly displayName: string;
}

/** An agent of the fake platform. */
export interface FakeAgent extends FakeSender {
  readonly handle: string;
  /** Whether it holds a channel. */
  readonly isConnected: boolean;
  /** What it has published; null before that. */
  readonly contract: Contract | null;
}

export class StoredAgent implements FakeAgent {
  readonly id = randomUUID();
  readonly apiKey = newKey('agent');
  readonly createdAt = new Date().toISOString();
  readonly handle: string;
  readonly displayName: string;
  readonly description: string | null;
  readonly channels = new Set<ChannelOfAgent>();
  contract: Contract | null = null;
  policySet: PolicySet | null = null;

  constructor(handle: string, displayName: string, description: string | null) {
    this.handle = handle;
    this.displayName = displayName;
    this.description = description;
  }

  get isConnected(): boolean {
    return this.channels.size > 0;
  }

  publishContract(capabilities: readonly CapabilityInput[]): Contract {
    this.contract = { ...this.#version(this.contract), capabilities: capabilities.map(withDefaults) };
    return this.contract;
  }

  publishPolicies(rules: readonly PolicyRuleInput[], defaultAction: PolicyAction): PolicySet {
    const stored = rules.map((rule) => ({ ...NO_RULE, ...rule }));
    this.policySet = { ...this.#version(this.policySet), rules: stored, defaultAction };
    return this.policySet;
  }

  #version(before: { readonly version: number } | null) {
    const version = (before?.version ?? 0) + 1;
    return { id: randomUUID(), version, isActive: true, createdAt: new Date().toISOString() } as const;
  }
}

export type Party =
  | { readonly kind: 'agent'; readonly agent: StoredAgent }
  | { readonly kind: 'sender'; readonly sender: FakeSender };

/** Who is registered. */
export class FakeParties {
  readonly #agents = new Map<string, StoredAgent>();
  readonly #parties = new Map<string, Party>();

  addAgent(handle: string, displayName: string, description: string | null): StoredAgent {
    if (this.#agents.has(handle)) throw new HandleTakenError(`The handle "${handle}" is taken.`, { handle });
    const agent = new StoredAgent(handle, displayName, description);
    for (const name of [handle, agent.id]) this.#agents.set(name, agent);
    this.#parties.set(agent.apiKey, { kind: 'agent', agent });
    return agent;
  }

  addSender(displayName: string): FakeSender {
    const sender = { id: randomUUID(), apiKey: newKey('sender'), displayName };
    this.#parties.set(sender.apiKey, { kind: 'sender', sender });
    return sender;
  }

  byKey(key: string | undefined): Party | undefined {
    return key === undefined ? undefined : this.#parties.get(key);
  }

  /** By its handle or its id. */
  find(named: string): StoredAgent | undefined {
    return this.#agents.get(named);
  }

  /** Throws AgentNotFoundError. */
  agent(named: string): StoredAgent {
    const agent = this.#agents.get(named);
    if (!agent) throw new AgentNotFoundError(`There is no agent with the handle "${named}".`, { handle: named });
    return agent;
  }
}

const newKey = (kind: 'agent' | 'sender'): string => `clw_${kind}_${randomBytes(16).toString('hex')}`;

const withDefaults = (capability: CapabilityInput): CapabilityInput => ({
  ...capability,
  paramsSchema: capability.paramsSchema ?? {},
  constraints: capability.constraints ?? {},
  resultFormat: capability.resultFormat ?? 'JSON',
  hints: capability.hints ?? {},
});

const NO_RULE = { condition: null, cel: null, reason: null, onlyParams: null, expiresAt: null, madeFrom: null };
