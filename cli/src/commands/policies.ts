import type { Command } from 'commander';
import { readPolicies } from '../document-forms.ts';
import { type PublishOptions, publishFile } from '../publication.ts';
import { action, type Session } from '../session.ts';
import { policyLines } from '../shown-documents.ts';

interface Options extends PublishOptions {
  readonly dropRemembered?: boolean;
}

/** `clawcierge policies` */
export function addPolicies(program: Command): void {
  program
    .command('policies')
    .description('Publish the policies of an agent: whom it serves, and what waits for an approval')
    .argument('<file>', 'the policies, as JSON or YAML')
    .option('--check', 'only say what is wrong with them and what they would change')
    .option('--agent <handle>', 'which agent, with an owner’s key')
    .option('--drop-remembered', 'take back the rules that people made by approving and remembering')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
As \`clawcierge publish\` does with contracts. Rules that people made by approving and remembering stay, after those of
the file.

A policies.yaml:
  default_action: allow
  rules:
    - condition: params_amount > 100
      action: require_approval
      reason: Larger amounts are for a person to decide`,
    )
    .action(action<Options>(policies));
}

async function policies(session: Session, options: Options, file: string) {
  const sdk = await import('@clawcierge/agent-sdk');
  const keepRemembered = !options.dropRemembered;
  return publishFile(session, options, file, {
    noun: 'policies',
    read: readPolicies,
    check: (value, owner) => sdk.checkPolicies({ ...owner, ...value }),
    async active(owner) {
      const { policySet } = await sdk.activeDocuments(owner);
      if (policySet === null) return null;
      const { version, rules, defaultAction } = policySet;
      const remembered = rules.filter(({ madeFrom }) => keepRemembered && madeFrom !== null);
      if (remembered.length > 0)
        session.output.say(`Rules that people remembered, and that stay: ${remembered.length}.`);
      const own = rules.filter((rule) => !remembered.includes(rule));
      return { version, lines: policyLines({ defaultAction, rules: own }) };
    },
    lines: policyLines,
    publish: (value, owner) => sdk.publishPolicies({ ...owner, ...value, keepRemembered }),
  });
}
