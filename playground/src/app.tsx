import { type GraphiQLPlugin, type TabsState, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect } from 'react';
import { fetcher } from './fetcher.ts';
import { Panel } from './panel.tsx';
import { streams } from './streams.ts';
import { WALKTHROUGH, WELCOME } from './walkthrough.ts';

const PANEL: GraphiQLPlugin = { title: 'Keys and streams', icon: KeyIcon, content: Panel };
const PLUGINS = [PANEL, HISTORY_PLUGIN];

const followTabs = ({ tabs, activeTabIndex }: TabsState) =>
  streams.setTabs(
    tabs[activeTabIndex]?.id ?? '',
    tabs.map(({ id }) => id),
  );

/** GraphiQL at /graphql: the walkthrough as tabs, one place for keys, and streams that outlive their tab. */
export const App = () => (
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={WELCOME}
    defaultTabs={WALKTHROUGH.map((query) => ({ query }))}
    shouldPersistHeaders={false}
    plugins={PLUGINS}
    visiblePlugin={PANEL}
    onTabChange={followTabs}
  >
    <GraphiQL.Logo>Clawcierge</GraphiQL.Logo>
    <GraphiQL.Toolbar>
      {({ prettify, copy, merge }) => (
        <>
          {prettify}
          {copy}
          {merge}
          <FollowTab />
        </>
      )}
    </GraphiQL.Toolbar>
  </GraphiQL>
);

/**
 * GraphiQL shows one subscription, whichever tab is shown. When another tab is, this lets go of the one before, and
 * shows the stream that runs in the one now, if there is one. What the tab's operation is GraphiQL finds out a moment
 * later, and until then runs and names the tab by the one before, unless it is told.
 */
function FollowTab() {
  const { stop, run, setOperationFacts } = useGraphiQLActions();
  const state = useGraphiQL(({ tabs, activeTabIndex }) => ({ tabs, activeTabIndex }));
  const tab = state.tabs[state.activeTabIndex];
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is for the tab's change, not for the tabs' contents
  useEffect(() => {
    followTabs(state);
    stop();
    setOperationFacts({ operationName: tab?.operationName ?? undefined });
    if (streams.runsHere()) run();
  }, [tab?.id]);
  return null;
}

function KeyIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <circle cx="8" cy="12" r="4.5" />
      <path d="M12.5 12H21v4M17 12v3" />
    </svg>
  );
}
