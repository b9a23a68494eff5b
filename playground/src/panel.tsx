import { useSyncExternalStore } from 'react';
import { type Caller, keysStore } from './keys.ts';
import { type Stream, streams } from './streams.ts';

const CALLERS: readonly Caller[] = ['nobody', 'agent', 'sender'];
const EVENT_MAX_CHARACTERS = 4_000;

/** What the pane beside the editors shows: the keys, and the streams that run. */
export const Panel = () => (
  <>
    <KeyFields />
    <StreamList />
  </>
);

function KeyFields() {
  const keys = useSyncExternalStore(keysStore.subscribe, keysStore.get);
  return (
    <section className="clw-section" aria-label="Keys">
      <h2>Keys</h2>
      {(['agent', 'sender'] as const).map((owner) => (
        <label key={owner} className="clw-field">
          {owner === 'agent' ? "The agent's key" : "The sender's key"}
          <input
            name={`${owner}-key`}
            value={keys[owner]}
            placeholder={`clw_${owner}_…`}
            autoComplete="off"
            spellCheck={false}
            onChange={({ target }) => keysStore.set({ [owner]: target.value.trim() })}
          />
        </label>
      ))}
      <fieldset className="clw-field">
        <legend>Ask as</legend>
        {CALLERS.map((caller) => (
          <label key={caller}>
            <input
              type="radio"
              name="caller"
              checked={keys.caller === caller}
              onChange={() => keysStore.set({ caller })}
            />{' '}
            {caller}
          </label>
        ))}
      </fieldset>
      <p>
        <code># as the agent</code>, <code># as the sender</code> or <code># as nobody</code> above an operation counts
        more than this choice, and an <code>authorization</code> in the Headers pane most. What registerAgent and
        registerSender answer is filled in by itself, and forgotten when the window is closed.
      </p>
    </section>
  );
}

function StreamList() {
  const all = useSyncExternalStore(streams.subscribe, streams.get);
  return (
    <section className="clw-section" aria-label="Streams">
      <h2>Streams</h2>
      {all.length === 0 && <p>None yet. A subscription goes on here while you work in other tabs.</p>}
      {all.map((stream) => (
        <StreamEntry key={stream.id} stream={stream} />
      ))}
    </section>
  );
}

function StreamEntry({ stream }: { readonly stream: Stream }) {
  const { id, title, startedAt, events, end } = stream;
  const count = events.at(-1)?.number ?? 0;
  const state = end === null ? `open since ${startedAt.toLocaleTimeString()}` : end;
  return (
    <article className="clw-stream" aria-label={title}>
      <header>
        <strong>{title}</strong> <span role="status">{state}</span>{' '}
        <button type="button" onClick={() => (end === null ? streams.close(id) : streams.dismiss(id))}>
          {end === null ? 'Close' : 'Dismiss'}
        </button>
      </header>
      {count > events.length && <p>{`${count} events; the latest ${events.length} are shown.`}</p>}
      {events.map(({ number, at, value }) => (
        <div key={number}>
          <time dateTime={at.toISOString()}>{at.toLocaleTimeString()}</time>
          <pre>{shown(value)}</pre>
        </div>
      ))}
    </article>
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.length <= EVENT_MAX_CHARACTERS ? text : `${text.slice(0, EVENT_MAX_CHARACTERS)}…`;
}
