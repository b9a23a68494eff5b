import type { Changes } from './changes.ts';
import type { ChangesByTopic } from './changes-by-topic.ts';

/** Tells those who watch the whole platform, and those who watch this agent. */
export function publishActivity(changes: Changes, agentId: string, change: ChangesByTopic['activity']): void {
  changes.publish('activity', '', change);
  changes.publish('activity', agentId, change);
}
