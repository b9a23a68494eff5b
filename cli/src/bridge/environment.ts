import { UsageError } from '../errors.ts';

/** What a program that the bridge starts has of the bridge's environment: nothing that could be a secret. */
const HANDED_ON =
  process.platform === 'win32'
    ? [
        ...['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROCESSOR_ARCHITECTURE'],
        ...['PROGRAMDATA', 'PROGRAMFILES', 'PROGRAMFILES(X86)', 'PROGRAMW6432', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP'],
        ...['USERNAME', 'USERPROFILE', 'WINDIR'],
      ]
    : ['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER'];

/**
 * The environment of a program: what every program needs, and what `--env NAME[=VALUE]` adds. A name without a value is
 * handed on as the bridge has it.
 */
export function childEnvironment(added: readonly string[], own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {};
  for (const name of HANDED_ON) if (own[name] !== undefined) environment[name] = own[name];
  for (const each of added) {
    const [, name, value] = /^([^=]+)(?:=(.*))?$/s.exec(each) ?? [];
    if (name === undefined) throw new UsageError(`--env takes NAME or NAME=VALUE, and “${each}” is neither.`);
    const given = value ?? own[name];
    if (given === undefined) throw new UsageError(`--env ${name}: there is no such variable to hand on.`);
    environment[name] = given;
  }
  return environment;
}
