import type { Tool, ToolAnnotations } from '@modelcontextprotocol/server';
import type { Capability, CapabilityContract } from '../../domain/contract.ts';
import { COMPANION_NAMES } from './companion-tools.ts';
import { inputSchemaOf, withDraft } from './input-schema.ts';
import { toolNames } from './tool-names.ts';

/** What is offered, by a contract's capabilities. */
export type ToolList = {
  /** In the contract's order. */
  readonly tools: readonly Tool[];
  /** The action that a tool's name stands for. */
  readonly actions: ReadonlyMap<string, string>;
};

const NOTHING: ToolList = { tools: [], actions: new Map() };
/** Made once for each contract that is cached, and forgotten with it. */
const lists = new WeakMap<CapabilityContract, ToolList>();

/** The tools of a contract; none before the first one. */
export function toolsOf(contract: CapabilityContract | null): ToolList {
  if (contract === null) return NOTHING;
  const known = lists.get(contract);
  if (known !== undefined) return known;
  const names = toolNames(
    contract.capabilities.map(({ action }) => action),
    COMPANION_NAMES,
  );
  const tools = contract.capabilities.flatMap((capability) => {
    const tool = toolOf(capability, names.get(capability.action) ?? capability.action, contract.version);
    return tool === null ? [] : [tool];
  });
  const list = { tools, actions: new Map([...names].map(([action, name]) => [name, action])) };
  lists.set(contract, list);
  return list;
}

/** The action that a call names: by itself, or by the name of its tool. Names that nothing has are taken for actions. */
export function actionOf(contract: CapabilityContract | null, name: string): string {
  if (contract?.capabilities.some(({ action }) => action === name)) return name;
  return toolsOf(contract).actions.get(name) ?? name;
}

function toolOf(capability: Capability, name: string, version: number): Tool | null {
  const input = inputSchemaOf(capability);
  if (input === null) return null;
  const { action, title, description, resultSchema } = capability;
  // Some hosts want one of every tool.
  const said = [description || title || action, ...input.unsaid].join('\n\n');
  const annotations = annotationsOf(capability);
  return {
    name,
    title: title || action,
    description: said,
    inputSchema: input.schema as Tool['inputSchema'],
    ...(resultSchema !== null && { outputSchema: withDraft(resultSchema) as Tool['outputSchema'] }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    _meta: { 'clawcierge/action': action, 'clawcierge/contractVersion': version },
  };
}

/** What an agent said, and nothing for what it left unsaid. */
function annotationsOf({ hints }: Capability): ToolAnnotations {
  const { readOnly, destructive, idempotent, openWorld } = hints;
  return {
    ...(readOnly !== null && { readOnlyHint: readOnly }),
    ...(destructive !== null && { destructiveHint: destructive }),
    ...(idempotent !== null && { idempotentHint: idempotent }),
    ...(openWorld !== null && { openWorldHint: openWorld }),
  };
}

/** In the legacy era a result has a structure only where it is an object. */
export const inLegacyEra = (tools: readonly Tool[]): Tool[] =>
  tools.map(({ outputSchema, ...tool }) =>
    outputSchema !== undefined && outputSchema.type === 'object' ? { ...tool, outputSchema } : tool,
  );
