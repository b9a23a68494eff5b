import { afterAll, describe, expect, it } from 'vitest';
import { hasTools, type Tool, toolLists } from '../enforcement/fixtures/mcp-tools.ts';
import { registerAgent } from '../testkit/actors.ts';
import { mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';

/** A tool as an action, with everything that it says. */
const capabilityOf = ({ name, title, description, inputSchema, outputSchema, annotations = {} }: Tool) => ({
  action: name,
  title: title ?? null,
  description: description ?? null,
  paramsSchema: inputSchema,
  constraints: {},
  resultFormat: 'CONTENT',
  resultSchema: outputSchema ?? null,
  hints: {
    readOnly: annotations.readOnlyHint ?? null,
    destructive: annotations.destructiveHint ?? null,
    idempotent: annotations.idempotentHint ?? null,
    openWorld: annotations.openWorldHint ?? null,
  },
});

const CONTRACT = `contract { capabilities { action title description paramsSchema constraints resultFormat resultSchema
  hints { readOnly destructive idempotent openWorld } } } warnings { message }`;

describe.skipIf(!hasTools)('what 20 public MCP servers offer', () => {
  const platform = platformForFile();
  afterAll(() => expect(platform.log.errors()).toEqual([]));
  const lists = hasTools ? toolLists() : [];

  it('is 20 contracts', () => expect(lists).toHaveLength(20));

  it.each(lists)('is published whole: %s', async (_file, tools) => {
    const agent = await registerAgent(platform);
    const offered = tools.map(capabilityOf);
    const check = { agentId: agent.id, capabilities: offered, check: true };
    const { issues } = await mutate(platform, 'publishCapabilities', check, 'issues { path message }', agent);
    // One schema of a result is four times as large as any may be.
    const tooLarge = tools.findIndex(({ name }) => name === 'brave_place_search');
    const said = expect.stringMatching(/71,381 bytes.*16,384/);
    expect(issues).toEqual(
      tooLarge === -1 ? [] : [{ path: `input.capabilities.${tooLarge}.resultSchema`, message: said }],
    );
    const capabilities = offered.map((each, index) => (index === tooLarge ? { ...each, resultSchema: null } : each));
    const input = { agentId: agent.id, capabilities };
    const answer = await mutateSuccessfully(platform, 'publishCapabilities', input, CONTRACT, agent);
    expect(answer).toMatchObject({ contract: { capabilities }, warnings: [] });
  });
});

it.runIf(!hasTools)(
  'the tools of public MCP servers are not published: ../shared/data is not beside the project',
  () => {
    expect(hasTools).toBe(false);
  },
);
