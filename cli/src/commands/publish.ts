import type { CapabilityInput } from '@clawcierge/agent-sdk';
import type { Command } from 'commander';
import { readContract } from '../document-forms.ts';
import { type PublishOptions, publishFile } from '../publication.ts';
import { action, type Session } from '../session.ts';
import { contractLines } from '../shown-documents.ts';

/** `clawcierge publish` */
export function addPublish(program: Command): void {
  program
    .command('publish')
    .description('Publish the contract of an agent: what it does')
    .argument('<file>', 'the contract, as JSON or YAML')
    .option('--check', 'only say what is wrong with it and what it would change')
    .option('--agent <handle>', 'which agent, with an owner’s key')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      `
The key is the agent's own, or its owner's. Every problem is shown with its place in the file. What changes is shown
before anything is published, and at a terminal somebody is asked. What is in force already is not published again.

A contract.yaml:
  capabilities:
    - action: greet
      description: Greets somebody
      params_schema:
        type: object
        required: [name]
        properties: { name: { type: string, maxLength: 80 } }`,
    )
    .action(action<PublishOptions>(publish));
}

async function publish(session: Session, options: PublishOptions, file: string) {
  const sdk = await import('@clawcierge/agent-sdk');
  return publishFile<readonly CapabilityInput[]>(session, options, file, {
    noun: 'contract',
    read: readContract,
    check: (capabilities, owner) => sdk.checkCapabilities({ ...owner, capabilities }),
    async active(owner) {
      const { contract } = await sdk.activeDocuments(owner);
      return contract && { version: contract.version, lines: contractLines(contract.capabilities) };
    },
    lines: contractLines,
    publish: (capabilities, owner) => sdk.publishCapabilities({ ...owner, capabilities }),
  });
}
