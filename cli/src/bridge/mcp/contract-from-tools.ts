import type { CapabilityInput } from '@clawcierge/agent-sdk';
import type { Tool } from '@modelcontextprotocol/client';

const TITLE_MAX = 200;
const DESCRIPTION_MAX = 8_000;

/** A tool as a capability: its schemas as they are, its name as the action. */
export function capabilityOf({
  name,
  description,
  inputSchema,
  outputSchema,
  annotations,
  title,
}: Tool): CapabilityInput {
  const shown = title ?? annotations?.title;
  return {
    action: name,
    ...(shown && { title: cut(shown, TITLE_MAX) }),
    ...(description && { description: cut(description, DESCRIPTION_MAX) }),
    paramsSchema: inputSchema,
    resultFormat: 'CONTENT',
    ...(outputSchema && { resultSchema: outputSchema }),
    hints: hintsOf(annotations),
  };
}

function hintsOf(annotations: Tool['annotations'] = {}) {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations;
  return {
    ...(readOnlyHint !== undefined && { readOnly: readOnlyHint }),
    ...(destructiveHint !== undefined && { destructive: destructiveHint }),
    ...(idempotentHint !== undefined && { idempotent: idempotentHint }),
    ...(openWorldHint !== undefined && { openWorld: openWorldHint }),
  };
}

const cut = (text: string, length: number) =>
  text.length <= length
    ? text
    : `${text
        .slice(0, length - 1)
        .toWellFormed()
        .trimEnd()}…`;
