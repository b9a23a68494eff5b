import { describe, expect, it } from 'vitest';
import { registerAgent } from '../testkit/actors.ts';
import { ask } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { as, homeForTest } from './run-cli.ts';

const platform = platformForFile();

const CONTRACT = `capabilities:
  - action: greet
    description: Greets somebody
    params_schema:
      type: object
      required: [name]
      properties: { name: { type: string, maxLength: 80 } }
`;

async function publisher() {
  const agent = await registerAgent(platform);
  return { agent, home: homeForTest(), by: as(platform, agent) };
}

describe('clawcierge publish', () => {
  it('shows what changes, and publishes what does', async () => {
    const { home, by, agent } = await publisher();
    const file = home.write('contract.yaml', CONTRACT);
    const first = await home.run(['publish', file], by);
    expect(first).toMatchObject({ code: 0, stdout: 'version 1\n' });
    expect(first.stderr).toContain('+   - action: greet\n');
    const checked = await home.run(['publish', home.write('next.yaml', CONTRACT.replace('80', '99')), '--check'], by);
    expect(checked).toMatchObject({ code: 0, stdout: '' });
    expect(checked.stderr).toMatch(/^- +maxLength: 80\n\+ +maxLength: 99\n/m);
    expect(checked.stderr).not.toContain('action: greet');
    const same = { capabilities: [{ action: 'greet', description: 'Greets somebody', constraints: {} }] };
    const paramsSchema = {
      properties: { name: { maxLength: 80, type: 'string' } },
      required: ['name'],
      type: 'object',
    };
    const json = home.write('same.json', { capabilities: [{ ...same.capabilities[0], paramsSchema }] });
    const again = await home.run(['publish', json, '--output', 'json'], by);
    expect(again.json).toEqual([{ version: 1, published: false }]);
    const owner = as(platform, { apiKey: agent.ownerKey });
    const unnamed = await home.run(['publish', 'next.yaml'], owner);
    expect(unnamed).toMatchObject({ code: 2, stdout: '' });
    expect(unnamed.stderr).toContain('--agent HANDLE');
    const named = await home.run(['publish', 'next.yaml', '--agent', agent.handle, '--output', 'json'], owner);
    expect(named.json).toMatchObject([{ version: 2, published: true }]);
  });

  it('asks at a terminal, in colours, and is told no by anything but yes', async () => {
    const { home, by } = await publisher();
    const file = home.write('contract.yaml', CONTRACT);
    const asked = async (answer: string | null) => {
      const child = home.start(['publish', file], { ...by, isInTerminal: true });
      await child.says('Publish this as version 1? [y/N]');
      // A line, or Ctrl-C.
      child.types(answer ?? '\u0003');
      return { code: await child.ended(), said: child.stdout() };
    };
    const no = await asked('why');
    expect(no).toMatchObject({ code: 1, said: expect.stringContaining('Nothing was published.') });
    expect(no.said).toContain('\u001b[32m+   - action: greet\u001b[0m');
    expect((await asked(null)).code).toBe(130);
    expect(await asked('y')).toMatchObject({ code: 0, said: expect.stringContaining('version 1\r\n') });
  });

  it.each([
    ['no YAML', 'capabilities: [\n  - a', ':2:3: '],
    ['no object', '- a', ':1:1: It must be an object with capabilities.'],
    ['no list', 'capabilities: 1', ':1:1: capabilities: It must have a list named capabilities.'],
    ['an unknown member', CONTRACT.replace('descr', 'discr'), ':3:5: capabilities.0.discription: There is no'],
    ['an unknown hint', `${CONTRACT}    hints: { safe: true }`, ':8:14: capabilities.0.hints.safe: There is no'],
    [
      'a schema that is none',
      CONTRACT.replace('type: string', 'type: strin'),
      ':7:29: capabilities.0.params_schema.properties.name.type: must be one of',
    ],
  ])('says where the file has %s', async (_what, text, says) => {
    const { home, by } = await publisher();
    home.write('contract.yaml', text);
    const checked = await home.run(['publish', 'contract.yaml', '--check'], by);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain(`contract.yaml${says}`);
  });

  it('tells programs where, too, and cannot read what is not there', async () => {
    const { home, by } = await publisher();
    home.write('contract.yaml', CONTRACT.replace('descr', 'discr'));
    const json = await home.run(['publish', 'contract.yaml', '--output', 'json'], by);
    expect(json).toMatchObject({ code: 1, json: [{ file: 'contract.yaml', line: 3, column: 5 }] });
    expect(await home.run(['publish', 'nowhere.yaml'], by)).toMatchObject({
      code: 2,
      stderr: 'clawcierge: There is no file nowhere.yaml.\n',
    });
  });
});

describe('clawcierge policies', () => {
  it('publishes rules, and shows what changes and what is warned of', async () => {
    const { home, by, agent } = await publisher();
    await home.run(['publish', home.write('contract.yaml', CONTRACT)], by);
    const rules = (action: string) => `default_action: allow
rules:
  - condition: params_name == "Eve"
    action: ${action}
    reason: Ask first
`;
    const first = await home.run(['policies', home.write('policies.yaml', rules('reject'))], by);
    expect(first).toMatchObject({ code: 0, stdout: 'version 1\n' });
    const second = await home.run(['policies', home.write('policies.yaml', rules('require_approval'))], by);
    expect(second).toMatchObject({ code: 0, stdout: 'version 2\n' });
    expect(second.stderr).toMatch(/warning \S*policies.yaml:4:5: rules.0.action: /);
    expect(second.stderr).toMatch(/^- {3}- action: reject\n\+ {3}- action: require_approval\n/m);
    const wrong = await home.run(['policies', home.write('policies.yaml', rules('sing')), '--check'], by);
    expect(wrong.code).toBe(1);
    const query = 'query ($id: ID!) { agent(id: $id) { policies { version defaultAction rules { action } } } }';
    const { agent: read } = await ask(platform, query, { id: agent.id }, agent);
    expect(read.policies).toEqual({ version: 2, defaultAction: 'ALLOW', rules: [{ action: 'REQUIRE_APPROVAL' }] });
  });
});
