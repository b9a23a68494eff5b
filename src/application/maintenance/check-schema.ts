import type { ClusterView } from '../cluster/cluster-view.ts';
import type { KnownSchema } from '../cluster/known-schema.ts';
import type { SchemaCheck } from '../ports/schema-check.ts';
import type { MaintenanceTask } from './task.ts';

type Dependencies = {
  readonly cluster: ClusterView;
  readonly knownSchema: KnownSchema;
  readonly checkSchema: SchemaCheck;
};

/** Looks whether a later release has changed the tables so that this node can work with them no longer. */
export const checkSchema = ({ cluster, knownSchema, checkSchema }: Dependencies): MaintenanceTask => ({
  name: 'check schema',
  everyMs: cluster.renewEveryMs,
  async run() {
    knownSchema.record(await checkSchema());
  },
});
