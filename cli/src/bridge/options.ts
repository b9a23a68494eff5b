import { type Command, InvalidArgumentError, Option } from 'commander';

/** The options that every bridge takes. */
export interface SharedOptions {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly readOnly?: boolean;
  readonly approve?: 'destructive';
  readonly concurrency: number;
  readonly onRedelivery: 'fail' | 'rerun';
  readonly journal?: string;
  readonly resultMaxBytes: number;
}

/** Options that may be given several times. */
export const collected = (flags: string, description: string) =>
  new Option(flags, description)
    .argParser((value: string, before: readonly string[] = []) => [...before, value])
    .default([], 'none');

/** A whole number within bounds, as an option's argument. */
export const whole = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
};

/** Adds them. */
export function addSharedOptions(command: Command): Command {
  return command
    .addOption(collected('--allow <glob>', 'offer only the actions that match; may be given again'))
    .addOption(collected('--deny <glob>', 'offer no action that matches; may be given again'))
    .option('--read-only', 'offer only what says that it changes nothing')
    .addOption(
      new Option('--approve <what>', 'have a person decide about whatever may destroy something').choices([
        'destructive',
      ]),
    )
    .option('--concurrency <n>', 'how many requests are worked on at a time', whole(1, 100), 4)
    .addOption(
      new Option('--on-redelivery <what>', 'of a request that was begun and has no end: fail it, or do it again')
        .choices(['fail', 'rerun'])
        .default('fail'),
    )
    .option(
      '--journal <file>',
      'where what was begun is written down (a file of the agent’s in ~/.local/state/clawcierge)',
    )
    .option('--result-max-bytes <n>', 'the platform’s RESULT_MAX_BYTES', whole(1_024, 64 * 1024 * 1024), 1024 * 1024);
}
