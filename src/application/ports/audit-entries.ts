import type { ShownEntry } from '../../domain/shown-entry.ts';
import type { Page, PageQuery } from './page.ts';

/** Whose entries somebody may see: those about one of the agents, about the sender, and about nobody but themselves. */
export type AuditAudience = {
  readonly agentIds: readonly string[];
  readonly senderId: string | null;
  /** What else it is about, where it is about neither an agent nor a sender: themselves, and an owner's keys. */
  readonly subjectIds: readonly string[];
};

export type AuditFilter = {
  /** Null for everybody's. */
  readonly audience: AuditAudience | null;
  /** Only those about this agent. */
  readonly agentId?: string | undefined;
  /** Only those of one of these types. */
  readonly types?: readonly string[] | undefined;
  /** Only those about this request. */
  readonly requestId?: string | undefined;
  /** Of that moment or later. */
  readonly from?: Date | undefined;
  /** Of before that moment. */
  readonly to?: Date | undefined;
};

/** What the trail says, in the order in which it was committed. Nothing here changes it. */
export interface AuditEntries {
  /**
   * Newest first. A page that finds little of what a filter asks for ends after it has looked at so many, and says where;
   * its keys are those of `keyOfEntry`.
   */
  list(filter: AuditFilter, page: PageQuery): Promise<Page<ReadEntry>>;
  /** Null for what is not there, and for what is not of the audience. */
  byId(entryId: string, audience: AuditAudience | null): Promise<ReadEntry | null>;
}

/** With where it stands in its list. Details are there for whoever may see them to be told. */
export type ReadEntry = ShownEntry & { readonly key: string };

/** What the keys of pages of entries look like: their numbers, in the order of insertion. */
export const isEntryKey = (text: string): boolean => /^[1-9]\d{0,15}$/.test(text);
