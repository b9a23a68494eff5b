import type { ClusterView } from '../cluster/cluster-view.ts';

/** Every so many sweeps what hints should have told is read all the same; while they get lost, every second. */
const EVERY = 20;
const EVERY_WITHOUT_HINTS = 2;

/** Whether what makes up for lost hints is due at this sweep: seldom, often while they get lost, and soon after any doubt. */
export function createCatchUp(cluster: ClusterView): () => boolean {
  let sweeps = 0;
  cluster.onDoubt(() => {
    sweeps = 0;
  });
  return () => {
    const isDue = sweeps % (cluster.hintsReachAll() ? EVERY : EVERY_WITHOUT_HINTS) === 0;
    sweeps += 1;
    return isDue;
  };
}
