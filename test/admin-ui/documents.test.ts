import { type DocumentNode, print } from 'graphql';
import { expect, it } from 'vitest';
import * as generated from '../../admin-ui/src/generated/graphql.ts';
import { adminCookie } from '../admin/admin-forms.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, send } from '../testkit/graphql.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';

/** The largest that the pages ask for. */
const VARIABLES = {
  since: new Date(),
  from: new Date(Date.now() - 60_000),
  to: new Date(),
  buckets: 60,
  handle: 'no.such.agent',
  first: 60,
  pageSize: 20,
  id: '01900000-0000-7000-8000-000000000000',
  input: { handle: 'no.such.agent', action: 'x' },
  agentId: 'no.such.agent',
  entryId: '01900000-0000-7000-8000-000000000000',
  rules: [],
  isAdmin: true,
  last: 100,
  remember: { params: [] },
};

const queries = Object.entries<DocumentNode>(generated).filter(([, { definitions }]) =>
  definitions.some((each) => each.kind === 'OperationDefinition' && each.operation === 'query'),
);

/** An entry that can be proved, as soon as there is one. */
const sealedEntry = (platform: TestPlatform, by: Credential): Promise<string> =>
  eventually(async () => {
    const newest = '{ auditEntries(first: 1) { edges { node { id isSealed } } } }';
    const [edge] = (await ask(platform, newest, {}, by)).auditEntries.edges;
    expect(edge?.node.isSealed).toBe(true);
    return edge.node.id;
  });

it('every document of the admin UI is one that the platform takes', async () => {
  const platform = await platformForTest();
  for (const [name, document] of Object.entries<DocumentNode>(generated)) {
    if (!document.definitions?.some(({ kind }) => kind === 'OperationDefinition')) continue;
    // Nobody's, and without variables: what is taken is refused for that.
    const { errors = [] } = await send(platform, print(document));
    expect(errors.map(({ message }) => message).join(), name).not.toMatch(/limit|exceed|Cannot query|Unknown/);
  }
});

it('every query of the admin UI is within what the platform answers at once', async () => {
  const platform = await platformForTest();
  const cookie = await adminCookie(platform);
  expect(queries.length).toBeGreaterThan(5);
  const variables = { ...VARIABLES, entryId: await sealedEntry(platform, { cookie }) };
  for (const [name, document] of queries) {
    const { errors } = await send(platform, print(document), variables, { cookie });
    expect(errors, name).toBeUndefined();
  }
});
