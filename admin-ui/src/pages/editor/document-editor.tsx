import { Button, Group, JsonInput, SegmentedControl, Stack } from '@mantine/core';
import { IconChecks, IconUpload } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { Problem } from '../../components/states.tsx';
import { DraftError, textOf } from './draft.ts';
import { type Findings, FindingsNotice } from './findings.tsx';

type Props<Input, Draft> = {
  readonly label: string;
  /** What is in force. */
  readonly initial: Input;
  readonly draftOf: (input: Input) => Draft;
  readonly fromDraft: (draft: Draft) => Input;
  readonly fromText: (text: string) => Input;
  readonly form: (draft: Draft, onChange: (draft: Draft) => void) => ReactNode;
  /** Publishes it, or only says what publishing would find. Throws an Error whose message is for people. */
  readonly publish: (input: Input, check: boolean) => Promise<Findings>;
  /** A button beside Check; `read` throws a DraftError, and `show` shows what came of it. */
  readonly more?: (read: () => Input, show: (result: ReactNode) => void, fail: (error: unknown) => void) => ReactNode;
  readonly onClose: () => void;
};

/** Writes a document as a form or as JSON, checks it, and publishes its next version. */
export function DocumentEditor<Input, Draft>(props: Props<Input, Draft>) {
  const { label, initial, draftOf, fromDraft, fromText, form, publish, more, onClose } = props;
  const [view, setView] = useState<'form' | 'json'>('form');
  const [draft, setDraft] = useState(() => draftOf(initial));
  const [text, setText] = useState('');
  const [busy, setBusy] = useState<'check' | 'publish' | null>(null);
  const [result, setResult] = useState<ReactNode>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const read = (): Input => (view === 'form' ? fromDraft(draft) : fromText(text));

  function showResult(shown: ReactNode) {
    setProblem(null);
    setResult(shown);
  }

  function fail(error: unknown) {
    setResult(null);
    setProblem(error instanceof Error ? error.message : String(error));
  }

  function show(next: 'form' | 'json') {
    if (next === view) return;
    setProblem(null);
    try {
      if (next === 'json') setText(textOf(read()));
      else setDraft(draftOf(read()));
      setView(next);
    } catch (error) {
      // What cannot be read stays where it can be mended.
      fail(error instanceof DraftError ? error : new Error('The text does not have the form of the document.'));
    }
  }

  async function run(kind: 'check' | 'publish') {
    setBusy(kind);
    setProblem(null);
    try {
      showResult(<FindingsNotice {...(await publish(read(), kind === 'check'))} />);
    } catch (error) {
      fail(error);
    }
    setBusy(null);
  }

  return (
    <Stack gap="md" component="section" aria-label={label}>
      <SegmentedControl
        aria-label="How to write it"
        value={view}
        onChange={(value) => show(value as 'form' | 'json')}
        data={[
          { value: 'form', label: 'Form' },
          { value: 'json', label: 'JSON' },
        ]}
        w="fit-content"
      />
      {view === 'form' ? (
        form(draft, setDraft)
      ) : (
        <JsonInput
          aria-label={`${label} as JSON`}
          value={text}
          onChange={setText}
          autosize
          minRows={10}
          maxRows={30}
          spellCheck={false}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
      )}
      {problem && <Problem message={problem} />}
      {result}
      <Group gap="xs">
        <Button
          leftSection={<IconUpload size={16} aria-hidden />}
          loading={busy === 'publish'}
          onClick={() => run('publish')}
        >
          Publish
        </Button>
        <Button
          variant="default"
          leftSection={<IconChecks size={16} aria-hidden />}
          loading={busy === 'check'}
          onClick={() => run('check')}
        >
          Check
        </Button>
        {more?.(read, showResult, fail)}
        <Button variant="subtle" onClick={onClose}>
          Close
        </Button>
      </Group>
    </Stack>
  );
}
