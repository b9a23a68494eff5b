import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const RULES = readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8');
const PAGE = readFileSync(join(ROOT, 'docs/operations/alerts.md'), 'utf8');

const promtool = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8', cwd: ROOT });
  return { status, output: stdout + stderr };
};
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe('the alert rules', () => {
  const names = [...RULES.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

  it('each have a severity, words for whoever is woken, and a paragraph that says what to do', () => {
    const rules = RULES.split(/(?=- alert: )/).slice(1);
    for (const rule of rules) {
      const [, name = ''] = /- alert: (\w+)/.exec(rule) ?? [];
      expect(rule, name).toMatch(/severity: (critical|warning|info)\n/);
      expect(rule, name).toMatch(/ summary: ".{10,}"\n/);
      expect(rule, name).toMatch(/ description: ".{10,}"\n/);
      expect(rule).toContain(`runbook_url: docs/operations/alerts.md#${name.toLowerCase()}\n`);
    }
    const paragraphs = [...PAGE.matchAll(/^## (\w+)\n\n\*(critical|warning|info)\.\*/gm)];
    expect(paragraphs.map(([, name]) => name)).toEqual(names);
    const severities = [...RULES.matchAll(/severity: (\w+)/g)].map(([, severity]) => severity);
    expect(paragraphs.map(([, , severity]) => severity)).toEqual(severities);
  });

  it.runIf(hasPromtool)('and the scrape configuration are valid to Prometheus itself', () => {
    const { status, output } = promtool('check', 'config', '--lint-fatal', 'deploy/prometheus/prometheus.yml');
    expect(status, output).toBe(0);
  });

  it.runIf(hasPromtool)('fire when they should, and not before', () => {
    const { status, output } = promtool('test', 'rules', 'test/metrics/alert-rules.yml');
    expect(status, output).toBe(0);
  });
});
