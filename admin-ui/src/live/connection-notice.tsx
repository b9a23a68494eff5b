import { Alert, Box } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { isConnected, onConnectionChanged } from './connection.ts';

/** A socket is away for a moment whenever a node is updated: that is not worth a word. */
const PATIENCE_MS = 3_000;

/** Says that the page is not live while its socket is away, since what it shows may be old. */
export function ConnectionNotice() {
  const isLive = useSyncExternalStore(onConnectionChanged, isConnected);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (isLive) return;
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [isLive]);
  const isShown = !isLive && isLate;
  return (
    <Box role="status" aria-label="Connection" className="connection" data-live={isLive}>
      {isShown && (
        <Alert
          color="yellow"
          variant="outline"
          icon={<IconPlugConnectedX size={18} aria-hidden />}
          title="Not live: reconnecting. What is shown may be old."
          styles={{ root: { background: 'var(--card-bg)' }, title: { marginBottom: 0, color: 'var(--warn)' } }}
        />
      )}
    </Box>
  );
}
