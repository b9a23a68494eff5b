import { InvalidInputError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireAdmin, requireOwnerOrAdmin } from '../access.ts';
import { type AgentFilterInput, agentFilterOf } from '../agents/agent-filter.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  AgentOrder,
  AgentSummary,
  OverviewFigures,
  OverviewWindow,
  StatisticsStore,
} from '../ports/statistics-store.ts';
import type { ApplicationSettings } from '../settings.ts';

type Dependencies = {
  readonly statistics: StatisticsStore;
  readonly clock: Clock;
  readonly nodeTimeoutMs: number;
  readonly settings: Pick<ApplicationSettings, 'requestRetentionMs'>;
};

export type SummariseAgentsInput = AgentFilterInput & {
  readonly since: Date;
  readonly orderBy: AgentOrder;
  readonly descending: boolean;
  /** 1 for the first one. */
  readonly page: number;
  readonly pageSize: number;
};

export type AgentSummaryPage = { readonly rows: readonly AgentSummary[]; readonly totalCount: number };

const PAGE_SIZE_MAX = 100;
const PAGE_MAX = 10_000;
export const OVERVIEW_BUCKETS_MAX = 200;
export const OVERVIEW_SPAN_MAX_MS = 92 * 24 * 60 * 60 * 1_000;

/** What administrators see of the platform as a whole. */
export function createStatistics({ statistics, clock, nodeTimeoutMs, settings }: Dependencies) {
  const { requestRetentionMs } = settings;
  const keptSince = () => new Date(requestRetentionMs > 0 ? clock.now().getTime() - requestRetentionMs : 0);
  const aliveSince = () => new Date(clock.now().getTime() - nodeTimeoutMs);

  /** Agents with how busy they have been: an owner's own, all for administrators. Throws InvalidInputError. */
  async function summariseAgents(principal: Principal | null, input: SummariseAgentsInput): Promise<AgentSummaryPage> {
    const known = requireOwnerOrAdmin(principal);
    const { page, pageSize, since, orderBy, descending } = input;
    if (page < 1 || page > PAGE_MAX) refuse('page', `must be from 1 to ${PAGE_MAX}`);
    if (pageSize < 1 || pageSize > PAGE_SIZE_MAX) refuse('pageSize', `must be from 1 to ${PAGE_SIZE_MAX}`);
    const filter = agentFilterOf({ ...input, ...(known.kind === 'owner' && { ownerId: known.ownerId }) }, aliveSince());
    if (filter === null) return { rows: [], totalCount: 0 };
    return statistics.agentSummaries({
      filter,
      since,
      orderBy,
      descending,
      offset: (page - 1) * pageSize,
      limit: pageSize,
    });
  }

  /** The window that an overview is of; each of its parts is read when it is asked for, figures once. Throws InvalidInputError. */
  function overview(principal: Principal | null, window: OverviewWindow) {
    requireAdmin(principal);
    const span = window.to.getTime() - window.from.getTime();
    if (span <= 0 || span > OVERVIEW_SPAN_MAX_MS) refuse('to', 'must be after from, by 92 days at most');
    if (window.buckets < 1 || window.buckets > OVERVIEW_BUCKETS_MAX) {
      refuse('buckets', `must be from 1 to ${OVERVIEW_BUCKETS_MAX}`);
    }
    let read: Promise<OverviewFigures> | null = null;
    const figures = () => {
      read ??= statistics.figures(window, keptSince());
      return read;
    };
    return {
      totals: () => statistics.totals(aliveSince()),
      figures,
      rejections: (limit: number) => statistics.rejections(window, limit, keptSince()),
    };
  }

  return { summariseAgents, overview };
}

function refuse(path: string, message: string): never {
  throw new InvalidInputError([{ path, message }]);
}
