import type { RegistryStore } from '../application/ports/registry-store.ts';
import { createAgentRegistry } from './agents/agent-registry.ts';
import type { Database } from './database.ts';
import { createDocumentRegistry } from './documents/document-registry.ts';
import { createApiKeyRegistry } from './keys/api-key-registry.ts';
import type { Orm } from './mikro-orm.ts';

/**
 * The registry: MikroORM reads, changes and deletes; prepared statements serve what a request waits for. Transactions
 * go over `Database`: the ORM's keep a connection for ever when that is lost at their begin or commit.
 */
export const createRegistryStore = (orm: Orm, database: Database): RegistryStore => ({
  ...createAgentRegistry(orm, database),
  ...createApiKeyRegistry(orm, database),
  ...createDocumentRegistry(orm, database),
});
