import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { publishCapabilities, registerAgent, registerSender, STANDUP, submitAccepted } from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { platformForFile } from '../testkit/platform.ts';
import { pythonWithWebsockets, runPython, startPython, withoutPython } from '../testkit/python.ts';

const platform = platformForFile();

beforeEach(({ skip }) => {
  if (pythonWithWebsockets === null) skip(withoutPython);
});

const PACKAGE = fileURLToPath(new URL('../../agent-sdk-python', import.meta.url));
const UNIT_TESTS = fileURLToPath(new URL('./unit', import.meta.url));
const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');

function folderForTest(): string {
  const folder = mkdtempSync(join(tmpdir(), 'clawcierge-python-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const python = () => pythonWithWebsockets ?? '';

/** Whether the machine has the module; CI must have it. */
function has(module: string): boolean {
  const isThere = spawnSync(python(), ['-c', `import ${module}`]).status === 0;
  if (!isThere && process.env.CI) throw new Error(`Python has no ${module}`);
  return isThere;
}

const untilActive = (handle: string) =>
  eventually(async () => {
    const { agent } = await ask(platform, 'query ($handle: String!) { agent(handle: $handle) { status } }', { handle });
    expect(agent.status).toBe('ACTIVE');
  });

describe('the Python SDK', () => {
  it('passes its unit tests', async () => {
    const { code, stderr } = await runPython(python(), ['-W', 'error', '-m', 'unittest', 'discover', '-s', UNIT_TESTS]);
    expect(code, stderr).toBe(0);
    expect(Number(/Ran (\d+) tests/.exec(stderr)?.[1])).toBeGreaterThan(30);
  });

  it('is typed throughout', async ({ skip }) => {
    if (!has('mypy')) return skip('mypy is not installed (Debian: mypy)');
    const cache = join(PACKAGE, '../node_modules/.cache/mypy');
    const args = ['-m', 'mypy', '--config-file', join(PACKAGE, 'pyproject.toml'), '--cache-dir', cache];
    const { code, stdout } = await runPython(python(), [...args, '-p', 'clawcierge_agent']);
    expect(code, stdout).toBe(0);
  });

  it('builds a wheel that has all of it and needs nothing but websockets', async ({ skip }) => {
    if (!has('setuptools, wheel')) return skip('setuptools is not installed (Debian: python3-setuptools)');
    const folder = folderForTest();
    cpSync(PACKAGE, join(folder, 'package'), { recursive: true });
    const script = join(folder, 'build.py');
    writeFileSync(
      script,
      `import os, sys, zipfile
from setuptools import build_meta
os.chdir(sys.argv[1])
name = build_meta.build_wheel("..")
wheel = zipfile.ZipFile(f"../{name}")
metadata = next(each for each in wheel.namelist() if each.endswith("/METADATA"))
print("contents", *wheel.namelist())
print(wheel.read(metadata).decode())
wheel.extractall("../installed")
`,
    );
    const { code, stdout, stderr } = await runPython(python(), [script, join(folder, 'package')]);
    expect(code, stderr).toBe(0);
    for (const file of ['py.typed', '_generated/errors.py', 'examples/calendar_agent.py']) {
      expect(stdout).toContain(`clawcierge_agent/${file}`);
    }
    expect(stdout.match(/^Requires-Dist: .*$/gm)).toEqual([
      expect.stringMatching(/^Requires-Dist: websockets *\(?>=10\.4\)?$/),
    ]);
    const imports = ['-c', 'import clawcierge_agent as c; print(c.__file__, *c.__all__)'];
    const installed = startPython(python(), imports, { PYTHONPATH: join(folder, 'installed') });
    await eventually(() => expect(installed.output().stdout).toMatch(/installed.* Agent .* register_sender\n$/));
  });

  it('publishes every field that capabilities and rules have', async () => {
    const { paths } = JSON.parse(readFileSync(join(PACKAGE, '../schema/openapi.json'), 'utf8'));
    const fieldsOf = (document: string, list: string): string[] => {
      const { content } = paths[`/v1/agents/{id}/${document}`].put.requestBody;
      return Object.keys(content['application/json'].schema.properties[list].items.properties).sort();
    };
    const script = `import json, clawcierge_agent as c
print(json.dumps([sorted(each.to_json()) for each in (c.Capability("a"), c.Rule("allow"))]))`;
    const { stdout } = await runPython(python(), ['-c', script]);
    expect(JSON.parse(stdout)).toEqual([fieldsOf('capabilities', 'capabilities'), fieldsOf('policies', 'rules')]);
  });

  it('shows in its README an agent and a sender that work as they stand there', async () => {
    const snippets = [...README.matchAll(/^```python\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
    expect(snippets).toHaveLength(3);
    const folder = folderForTest();
    const files = snippets.map((text, n) => {
      const file = join(folder, `snippet_${n}.py`);
      writeFileSync(file, text.replaceAll('http://localhost:8000', platform.url));
      return file;
    });
    const [agentFile = '', senderFile = '', blocksFile = ''] = files;
    const agent = await registerAgent(platform, 'marius.exec');
    const sender = await registerSender(platform);
    const running = startPython(python(), [agentFile], { AGENT_KEY: agent.apiKey });
    await untilActive(agent.handle);
    const asked = startPython(python(), [senderFile], { SENDER_KEY: sender.apiKey });
    await eventually(() =>
      expect(asked.output().stdout).toMatch(/^completed {'event_id': 'evt-.*', 'title': 'Standup'}\n$/),
    );
    expect(running.output().stderr).toBe('');
    expect(await runPython(python(), [blocksFile])).toMatchObject({ code: 0, stderr: '' });
  });

  it('names in its README only what it has', async () => {
    const names = [...README.matchAll(/`([A-Z][A-Za-z]+Error|[a-z]+_[a-z_]+)`/g)].map(([, name = '']) => name);
    const script = `import sys, inspect, clawcierge_agent as c
from clawcierge_agent import errors
known = {*dir(c), *dir(errors), *dir(c.Agent), *dir(c.Sender), *dir(c.ReceivedRequest), *dir(c.Cancellation)}
for each in (c.Agent, c.Sender, c.Agent.action, c.Sender.submit, c.ReceivedRequest, c.AgentStoppedError, c.Policies):
    known |= {*inspect.signature(each).parameters}
known |= {"clawcierge_agent", "agent_error", "request_id", "retry_after", "close_code", "_generated"}
print(*(name for name in sys.argv[1:] if name not in known))`;
    expect(await runPython(python(), ['-c', script, ...names])).toEqual({ code: 0, stdout: '\n', stderr: '' });
    expect(names.length).toBeGreaterThan(20);
  });

  it('has the calendar agent of the walkthrough', async () => {
    const [agent, sender] = [await registerAgent(platform), await registerSender(platform)];
    await publishCapabilities(platform, agent);
    const url = `${platform.socketUrl}/v1/agents/${agent.id}/ws`;
    const example = ['-m', 'clawcierge_agent.examples.calendar_agent'];
    const running = startPython(python(), [...example, '--url', url, '--token', agent.apiKey]);
    await untilActive(agent.handle);
    const book = async () => {
      const { id } = await submitAccepted(platform, agent, sender);
      return eventually(async () => {
        const { request } = await ask(
          platform,
          'query ($id: ID!) { request(id: $id) { status result } }',
          { id },
          sender,
        );
        expect(request.status).toBe('COMPLETED');
        return request.result;
      });
    };
    const [first, second] = [await book(), await book()];
    expect(first).toEqual({
      event_id: expect.stringMatching(/^evt-/),
      title: STANDUP.params.title,
      scheduled_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT(09|1[0-6]):(00|15|30|45):00\+00:00$/),
      duration_minutes: 30,
      status: 'confirmed',
    });
    expect(Date.parse(second.scheduled_time)).toBeGreaterThanOrEqual(Date.parse(first.scheduled_time) + 30 * 60_000);
    running.process.kill('SIGTERM');
    await eventually(() => expect(running.process.exitCode).toBe(0));
    expect(running.output().stderr).not.toContain(agent.apiKey);
    expect(await runPython(python(), [...example, '--url', 'nowhere', '--token', 'x'])).toMatchObject({ code: 2 });
  });
});
