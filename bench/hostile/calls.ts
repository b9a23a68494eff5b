import { randomBytes } from 'node:crypto';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { bearer, graphql } from './flood.ts';
import type { CallMade, Material } from './messages.ts';

/** What a list answers of everybody's contracts, from a hundred bytes. */
export const LIST_OF_CONTRACTS = graphql(
  '{ agents(first: 100) { edges { node { handle capabilities { capabilities { description } } } } } }',
);

/** One contract as often as a document can name it. */
export const repeatedContract = ({ large }: Material): CallMade =>
  graphql(
    `{ agent(id: "${large[0]?.id}") { capabilities { capabilities { ${Array.from({ length: 9 }, (_, at) => `d${at}: description`).join(' ')} } } } }`,
  );

/** What a socket asks sixty times. */
export const LIST_QUERY = '{ agents(first: 100) { totalCount edges { node { id handle status } } } }';

/** Any call of a stranger. */
export const STRANGERS_CALL: CallMade = { method: 'GET', path: '/v1/agents', headers: '', body: '' };

/** How deep the params are that light a fuse: each level doubles what the contract has to compute. */
const FUSE_DEPTH = 30;
let lit: object = {};
for (let depth = 0; depth < FUSE_DEPTH; depth += 1) lit = { n: lit };

const submission = (handle: string, key: string, body: object): CallMade => ({
  method: 'POST',
  path: `/v1/agents/${handle}/requests`,
  headers: bearer(key),
  body: JSON.stringify({ when_offline: 'queue', ...body }),
});

/** One of the agents whose contract burns is asked by a sender of its own. */
export function burningCall({ burning }: Material, place: number): CallMade {
  const { handle = '', senderKey = '' } = burning[place % burning.length] ?? {};
  return submission(handle, senderKey, { action: 'burn', params: lit });
}

const NOTE = 'x'.repeat(60_000);

/** A request that is rejected, with 60 KB to keep. */
export function rejectedCall({ own }: Material, place: number): CallMade {
  const { handle = '', senderKey = '' } = own[place % own.length] ?? {};
  return submission(handle, senderKey, { action: 'bench.echo', params: { number: -1, note: NOTE } });
}

/** A key that nobody has. */
export const madeUpKeyCall = (): CallMade => ({
  method: 'GET',
  path: '/v1/requests',
  headers: bearer(mintApiKey('SENDER').text),
  body: '',
});

/** A document that nobody has sent before, as large as one may be. */
export const newDocumentCall = (): CallMade => {
  const names = Array.from({ length: 600 }, () => `f${randomBytes(6).toString('hex')}`);
  return graphql(`{ ${names.map((name) => `${name} { id }`).join(' ')} }`);
};

/** A mebibyte of brackets and small values. */
const MUCH_JSON = `{"display_name":[${'{"a":[1,"b",null]},'.repeat(50_000)}0]}`;
export const muchJsonCall: CallMade = { method: 'POST', path: '/v1/senders', headers: '', body: MUCH_JSON };

export const registrationCall: CallMade = {
  method: 'POST',
  path: '/v1/senders',
  headers: '',
  body: '{"display_name":"One of many"}',
};

export const wrongLoginCall: CallMade = {
  method: 'POST',
  path: '/admin/login',
  headers: 'Content-Type: application/x-www-form-urlencoded\r\n',
  body: 'password=a+guess',
};

/** Of a stranger, and of somebody with a key, in turn. */
export function mcpCall({ own }: Material, place: number): CallMade {
  const { handle = '', senderKey = '' } = own[place % own.length] ?? {};
  const accept = 'Accept: application/json, text/event-stream\r\nMcp-Protocol-Version: 2025-11-25\r\n';
  return {
    method: 'POST',
    path: `/mcp/${handle}`,
    headers: place % 2 === 0 ? accept : accept + bearer(senderKey),
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  };
}
