import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { homeForTest } from './run-cli.ts';

const run = promisify(execFile);

describe('clawcierge completion', () => {
  it('completes commands, options, choices and profiles in bash', async () => {
    const home = homeForTest();
    const { code, stdout } = await home.run(['completion', 'bash']);
    expect(code).toBe(0);
    await run('mkdir', ['-p', `${home.folder}/.config/clawcierge/profiles`]);
    home.write('.config/clawcierge/profiles/ada.json', {});
    home.write('.config/clawcierge/profiles/ben.json', {});
    const script = home.write('completion.bash', stdout);
    const tried = [
      ['reg'],
      ['keys', ''],
      ['keys', 'create', '--sc'],
      ['send', 'a.b', 'c', '--wa'],
      ['requests', 'list', '--status', 'c'],
      ['completion', ''],
      ['send', '--profile', ''],
      ['--profile', 'ada', 'approvals', 'de'],
      ['bridge', 'mcp', '--', 'npx', ''],
    ];
    const tries = tried.map(
      (words) => `COMPREPLY=(); COMP_WORDS=(clawcierge ${words.map((word) => `'${word}'`).join(' ')})
        COMP_CWORD=${words.length}; _clawcierge; echo "\${COMPREPLY[*]}"`,
    );
    const bash = await run('bash', ['--norc', '-c', [`source ${script}`, ...tries].join('\n')], {
      env: { PATH: process.env.PATH, HOME: home.folder },
    });
    const [register, keys, scope, wait, status, shells, profiles, deny, ofCommand] = bash.stdout.split('\n');
    expect(register).toBe('register');
    expect(keys).toMatch(/^list create rotate revoke --url /);
    expect(scope).toBe('--scope');
    expect(wait).toBe('--wait');
    expect(status).toBe('completed cancelled');
    expect(shells).toMatch(/^bash zsh fish --/);
    expect(profiles).toBe('ada ben');
    expect(deny).toBe('deny');
    expect(ofCommand).toBe('');
    expect(bash.stderr).toBe('');
  });

  it.each(['zsh', 'fish'])('says the same to %s', async (shell) => {
    const { code, stdout } = await homeForTest().run(['completion', shell]);
    expect(code).toBe(0);
    for (const each of ['clawcierge keys rotate', '--idempotency-key', 'awaiting_approval']) {
      expect(stdout).toContain(shell === 'fish' ? each.replace(/^--/, '') : each);
    }
  });

  it('knows no other shell', async () => {
    const { code, stderr } = await homeForTest().run(['completion', 'sh']);
    expect(code).toBe(2);
    expect(stderr).toContain('bash, zsh, fish');
  });
});
