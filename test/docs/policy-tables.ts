import { CEL_FUNCTIONS } from '../../src/enforcement/policy/cel/functions.ts';
import type { CelType } from '../../src/enforcement/policy/cel/types.ts';
import { VARIABLES } from '../../src/enforcement/policy/variables.ts';

/** The tables of docs/policies.md, as they must stand there. */

const code = (text: string | null): string => (text === null ? '–' : `\`${text}\``);
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const variablesTable = (): string =>
  table(
    ['CEL', '`condition`', 'type', 'what it is'],
    VARIABLES.map(({ cel, condition, type, description }) => [code(cel), code(condition), type, description]),
  );

const typeName = (type: CelType): string => (type.kind === 'dyn' ? 'any' : type.kind);

export const functionsTable = (): string =>
  table(
    ['function', 'yields', 'what it does'],
    CEL_FUNCTIONS.map(({ name, isMethod, args, result, description }) => {
      const types = args.map(typeName);
      const call = isMethod ? `${types[0]}.${name}(${types.slice(1).join(', ')})` : `${name}(${types.join(', ')})`;
      return [code(call), typeName(result), description];
    }),
  );
