import type { RegistryStore } from '../application/ports/registry-store.ts';
import { createAgentRegistry } from './agent-registry.ts';
import { createApiKeyRegistry } from './api-key-registry.ts';
import type { Database } from './database.ts';
import { createDocumentRegistry } from './document-registry.ts';
import type { Orm } from './mikro-orm.ts';

/** The registry over MikroORM, with prepared statements where a request waits for it. */
export const createRegistryStore = (orm: Orm, database: Database): RegistryStore => ({
  ...createAgentRegistry(orm, database),
  ...createApiKeyRegistry(orm, database),
  ...createDocumentRegistry(orm, database),
});
