import { Argument, type Command } from 'commander';
import { SHELLS, type Shell, scriptFor } from '../completion-scripts.ts';
import { EXIT } from '../exit-codes.ts';
import { action } from '../session.ts';

/** `clawcierge completion` */
export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('Print what makes a shell complete this program’s commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
  bash  source <(clawcierge completion bash)                 in ~/.bashrc
  zsh   source <(clawcierge completion zsh)                  in ~/.zshrc, after compinit
  fish  clawcierge completion fish > ~/.config/fish/completions/clawcierge.fish`,
    )
    .action(
      action<object>(async ({ output }, _options, shell) => {
        const script = scriptFor(program, shell as Shell);
        output.data({ shell, script }, script);
        return EXIT.done;
      }),
    );
}
