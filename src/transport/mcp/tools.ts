import type { Tool } from '@modelcontextprotocol/server';
import type { Capability, CapabilityContract } from '../../domain/contract.ts';
import { COMPANION_NAMES } from './companion-tools.ts';
import { inputSchemaOf } from './input-schema.ts';
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
  const { action, description } = capability;
  const said = [...(description ? [description] : []), ...input.unsaid].join('\n\n');
  return {
    name,
    title: action,
    ...(said !== '' && { description: said }),
    inputSchema: input.schema as Tool['inputSchema'],
    _meta: { 'clawcierge/action': action, 'clawcierge/contractVersion': version },
  };
}
