import type { Principal } from '../../domain/principal.ts';
import type { Directory } from './directory.ts';

/** Lets a use case's agent be named by its handle as well as by its id. */
export const createOfNamed =
  (directory: Pick<Directory, 'idOf'>) =>
  <Input extends { readonly agentId: string }, Answer>(
    useCase: (principal: Principal | null, input: Input) => Promise<Answer>,
  ) =>
  async (principal: Principal | null, input: Input): Promise<Answer> =>
    useCase(principal, { ...input, agentId: await directory.idOf(input.agentId) });
