import { Card, Text } from '@mantine/core';
import type { Params } from '../../components/json-values.ts';
import type { ApprovalDetailsFragment } from '../../generated/graphql.ts';
import { ParamsInput } from '../../schema-form/params-input.tsx';
import { type Changed, paramsToDo } from './changes.ts';
import { Changes } from './changes-list.tsx';

type Props = {
  readonly approval: ApprovalDetailsFragment;
  /** What is changed so far, of what was shown. */
  readonly edits: readonly Changed[];
  readonly onChange: (params: Params | null) => void;
  /** Why they were refused. */
  readonly issues: readonly { readonly path: string; readonly message: string }[];
};

/** Where the input of a decision has the params. */
const PARAMS_PATH = 'input.params.';

/** What was asked in the contract's form, to be changed; what is otherwise by then is marked. */
export function EditParams({ approval, edits, onChange, issues }: Props) {
  const { request, agent } = approval;
  const capability = agent?.capabilities?.capabilities.find(({ action }) => action === request.action);
  const atFields = issues.flatMap(({ path, message }) =>
    path.startsWith(PARAMS_PATH) ? [{ path: path.slice(PARAMS_PATH.length), message }] : [],
  );
  return (
    <Card component="section" withBorder aria-label="What is to be done" style={{ minWidth: 0 }}>
      <ParamsInput
        title={
          <Text fw={600} size="sm">
            What is to be done
          </Text>
        }
        schema={capability?.paramsSchema ?? {}}
        initial={paramsToDo(approval)}
        onChange={onChange}
        notes={{ before: request.params, issues: atFields }}
      />
      <Text size="sm" component="div" aria-live="polite">
        {edits.length === 0 ? (
          <span className="soft">Nothing is changed yet.</span>
        ) : (
          <Changes label="What you change" changes={edits} />
        )}
      </Text>
    </Card>
  );
}
