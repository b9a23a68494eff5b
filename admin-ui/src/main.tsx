import '@mantine/core/styles.css';
import './page.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { Router } from 'wouter';
import { App } from './app.tsx';
import { client } from './graphql/client.ts';
import { ActivityProvider } from './live/activity.tsx';
import { theme } from './theme.ts';
import { ViewerProvider } from './viewer.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root.');

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Provider value={client}>
        <ViewerProvider>
          <ActivityProvider>
            <Router base="/admin">
              <App />
            </Router>
          </ActivityProvider>
        </ViewerProvider>
      </Provider>
    </MantineProvider>
  </StrictMode>,
);
