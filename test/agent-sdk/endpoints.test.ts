import { describe, expect, it } from 'vitest';
import { endpointsOf } from '../../agent-sdk/src/endpoints.ts';

describe('endpointsOf', () => {
  it.each([
    ['http://localhost:8000', 'http://localhost:8000/graphql', 'ws://localhost:8000/graphql'],
    ['http://localhost:8000/', 'http://localhost:8000/graphql', 'ws://localhost:8000/graphql'],
    ['ws://localhost:8000', 'http://localhost:8000/graphql', 'ws://localhost:8000/graphql'],
    ['https://example.com/graphql', 'https://example.com/graphql', 'wss://example.com/graphql'],
    ['https://example.com/agents/graphql/', 'https://example.com/agents/graphql', 'wss://example.com/agents/graphql'],
  ])('%s is a platform', (url, graphqlHttp, graphqlSocket) => {
    expect(endpointsOf(url)).toMatchObject({ graphqlHttp, graphqlSocket, agentId: undefined });
  });

  it('reads the raw WebSocket of an agent', () => {
    const endpoints = endpointsOf('wss://example.com/base/v1/agents/0198-a/ws');
    expect(endpoints).toMatchObject({ graphqlHttp: 'https://example.com/base/graphql', agentId: '0198-a' });
    expect(endpoints.channelOf('0198-a')).toBe('wss://example.com/base/v1/agents/0198-a/ws');
  });

  it.each(['', 'localhost:8000', 'ftp://localhost', 'not a url', 'ws://localhost/v1/agents/%E0%A4%A/ws'])(
    'refuses %j',
    (url) => {
      expect(() => endpointsOf(url)).toThrow(TypeError);
    },
  );

  it.each(['ws://localhost/v1/agents/a/ws?token=clw_agent_secret', 'http://user:clw_agent_secret@localhost'])(
    'refuses a URL with a key in it, and does not repeat the key',
    (url) => {
      expect(() => endpointsOf(url)).toThrow(TypeError);
      expect(() => endpointsOf(url)).not.toThrow(/secret/);
    },
  );
});
