import { Kbd, Modal, Stack, Switch, Table, Text } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import { useEffect, useRef } from 'react';

/** What a key does, for the list of keys. */
export type Shortcut = { readonly key: string; readonly does: string; readonly act: () => void };

const HELP = '?';
const TYPED_IN = 'input, textarea, select, [contenteditable], [role="listbox"], [role="combobox"]';

/** Somebody types, or is in a dialog, which has its own keys. */
const isElsewhere = (target: EventTarget | null): boolean =>
  (target instanceof Element && target.closest(TYPED_IN) !== null) ||
  document.querySelector('[role="dialog"]') !== null;

/**
 * Single keys of a page, and a dialog that lists them. Whoever speaks to the browser, or hits keys by chance, switches them
 * off there; `?` stays.
 */
export function Shortcuts({ shortcuts }: { readonly shortcuts: readonly Shortcut[] }) {
  const [isOpen, dialog] = useDisclosure(false);
  const [isOn, setOn] = useLocalStorage({
    key: 'clawcierge-shortcuts',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  const latest = useRef({ shortcuts, isOn });
  latest.current = { shortcuts, isOn };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the dialog's functions stay what they are
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isElsewhere(event.target)) return;
      if (event.key === HELP) return dialog.open();
      const shortcut = latest.current.isOn && latest.current.shortcuts.find(({ key }) => key === event.key);
      if (!shortcut) return;
      // The key is not to be typed into the dialog that it opens.
      event.preventDefault();
      shortcut.act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Modal opened={isOpen} onClose={dialog.close} title="Keys" centered>
      <Stack>
        <Table aria-label="Keys" variant="vertical">
          <Table.Tbody>
            {[...shortcuts, { key: HELP, does: 'This list' }].map(({ key, does }) => (
              <Table.Tr key={key}>
                <Table.Th w={90}>
                  <Kbd>{key}</Kbd>
                </Table.Th>
                <Table.Td>{does}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Switch label="Use these keys" checked={isOn} onChange={(event) => setOn(event.currentTarget.checked)} />
        <Text size="sm" className="soft">
          No key decides anything: the ones for a decision open its dialog.
        </Text>
      </Stack>
    </Modal>
  );
}
