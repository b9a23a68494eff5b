import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** A word that may come next, and what it is for. */
interface Word {
  readonly name: string;
  readonly description: string;
}

/** A command, as in `clawcierge keys list`, and what may come behind it. */
interface Place {
  readonly path: string;
  readonly words: readonly Word[];
  /** Whether only one of its commands can come next, and no file. */
  readonly isGroup: boolean;
  /** The values of options and arguments that take one of a few. */
  readonly choices: readonly { readonly flags: readonly string[]; readonly values: readonly string[] }[];
}

/** The script by which the shell completes the program, made from the tree of its commands. */
export function scriptFor(program: Command, shell: Shell): string {
  const places = placesOf(
    program,
    program.name(),
    program.options.filter(({ long }) => long !== '--version'),
  );
  return { bash, zsh, fish }[shell](places).trim();
}

function placesOf(command: Command, path: string, inherited: readonly Option[]): readonly Place[] {
  const options = [...new Set([...command.options, ...inherited])];
  const subcommands = command.commands.map((each) => ({ name: each.name(), description: each.description() }));
  const values = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const place = {
    path,
    isGroup: subcommands.length > 0,
    words: [
      ...subcommands,
      ...values.map((name) => ({ name, description: '' })),
      ...options.map(({ long, short, description }) => ({ name: long ?? short ?? '', description })),
      { name: '--help', description: 'Print help' },
    ],
    choices: options
      .filter(({ argChoices }) => argChoices)
      .map((option) => ({ flags: flagsOf(option), values: option.argChoices ?? [] })),
  };
  return [place, ...command.commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`, inherited))];
}

const flagsOf = ({ long, short }: Option): readonly string[] => [long, short].filter((each) => each != null);

/** What goes into single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Finds the command that the words so far are of: the paths of all commands, as a `case` has them. */
const steps = (places: readonly Place[], set: (path: string) => string): string =>
  places
    .slice(1)
    .map(({ path }) => `      ${quoted(path)}) ${set(quoted(path))} ;;`)
    .join('\n');

/** Where profiles are, looked up when it is completed. */
const PROFILES = `"\${XDG_CONFIG_HOME:-$HOME/.config}/clawcierge/profiles"`;

const bash = (places: readonly Place[]): string => `
# clawcierge completion for bash
_clawcierge() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" at='clawcierge' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ "\${COMP_WORDS[i]}" == '--' ]] && return
    case "$at \${COMP_WORDS[i]}" in
${steps(places, (path) => `at=${path}`)}
    esac
  done
  if [[ "$prev" == '--profile' ]]; then
    words="$(cd ${PROFILES} 2>/dev/null && for i in *.json; do printf '%s ' "\${i%.json}"; done)"
  else
    case "$at $prev" in
${places
  .flatMap(({ path, choices }) =>
    choices.map(({ flags, values }) => {
      const patterns = flags.map((flag) => quoted(`${path} ${flag}`)).join('|');
      return `      ${patterns}) words=${quoted(values.join(' '))} ;;`;
    }),
  )
  .join('\n')}
      *) case "$at" in
${places.map(({ path, words }) => `        ${quoted(path)}) words=${quoted(words.map(({ name }) => name).join(' '))} ;;`).join('\n')}
      esac ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _clawcierge clawcierge
`;

const zsh = (places: readonly Place[]): string => `
#compdef clawcierge
# clawcierge completion for zsh
_clawcierge() {
  local at='clawcierge' prev="\${words[CURRENT-1]}" word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ "$word" == '--' ]] && { _normal; return }
    case "$at $word" in
${steps(places, (path) => `at=${path}`)}
    esac
  done
  if [[ "$prev" == '--profile' ]]; then
    found=(${PROFILES}/*.json(N:t:r))
    _describe 'profile' found
    return
  fi
  case "$at $prev" in
${places
  .flatMap(({ path, choices }) =>
    choices.map(({ flags, values }) => {
      const patterns = flags.map((flag) => quoted(`${path} ${flag}`)).join('|');
      return `    ${patterns}) found=(${values.map(quoted).join(' ')}) ;;`;
    }),
  )
  .join('\n')}
    *) case "$at" in
${places
  .map(({ path, words }) => {
    const described = words.map(({ name, description }) => quoted(`${name.replaceAll(':', '\\:')}:${description}`));
    return `      ${quoted(path)}) found=(${described.join(' ')}) ;;`;
  })
  .join('\n')}
    esac ;;
  esac
  _describe 'command or option' found || _files
}
compdef _clawcierge clawcierge
`;

const fish = (places: readonly Place[]): string => `
# clawcierge completion for fish
function __clawcierge_at
    set -l at clawcierge
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
${places
  .slice(1)
  .map(({ path }) => `            case ${quoted(path)}\n                set at ${quoted(path)}`)
  .join('\n')}
        end
    end
    test "$at" = "$argv[1]"
end
function __clawcierge_profiles
    set -l folder $HOME/.config
    set -q XDG_CONFIG_HOME; and set folder $XDG_CONFIG_HOME
    for file in $folder/clawcierge/profiles/*.json
        basename $file .json
    end
end
complete -c clawcierge -l profile -xa '(__clawcierge_profiles)'
${places
  .flatMap(({ path, words, choices, isGroup }) => {
    const at = `${isGroup ? '-f ' : ''}-n ${quoted(`__clawcierge_at "${path}"`)}`;
    return [
      ...words.map(
        ({ name, description }) => `complete -c clawcierge ${at} -a ${quoted(name)} -d ${quoted(description)}`,
      ),
      ...choices.map(
        ({ flags, values }) =>
          `complete -c clawcierge ${at} -l ${quoted((flags[0] ?? '').replace('--', ''))} -xa ${quoted(values.join(' '))}`,
      ),
    ];
  })
  .join('\n')}
`;
