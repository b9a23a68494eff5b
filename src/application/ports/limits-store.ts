import type { Act } from '../../domain/actor.ts';
import type { AgentLimits, AgentRules, SenderLimit } from '../../domain/limits.ts';
import type { Page, PageQuery } from './page.ts';

type AgentNumbers = Omit<AgentLimits, 'version'>;
type OfSender = Omit<SenderLimit, 'senderName' | 'updatedAt'>;

/** What owners let senders ask of their agents: versions of which one is in force, and what single senders may. */
export interface LimitsStore {
  /** What is in force, in the order of the agents. */
  rulesOf(agentIds: readonly string[]): Promise<readonly AgentRules[]>;
  /** The next version, which is in force from now on; null where there is no such agent. */
  setAgentLimits(
    agentId: string,
    numbers: AgentNumbers,
    at: Date,
    act?: Act,
  ): Promise<{ readonly limits: AgentLimits; readonly handle: string } | null>;
  /** In place of what the sender had; `full` where the agent has limits of `max` others, null where there is no such agent. */
  setSenderLimit(
    agentId: string,
    limit: OfSender,
    max: number,
    at: Date,
    act?: Act,
  ): Promise<{ readonly limit: SenderLimit; readonly handle: string } | 'full' | null>;
  /** Answers the one that it had; null where it had none. */
  removeSenderLimit(agentId: string, senderId: string, act?: Act): Promise<SenderLimit | null>;
  /** What single senders may at the agent, by their ids. */
  senderLimits(agentId: string, page: PageQuery): Promise<Page<SenderLimit>>;
}
