import {
  burningCall,
  LIST_OF_CONTRACTS,
  madeUpKeyCall,
  mcpCall,
  muchJsonCall,
  newDocumentCall,
  registrationCall,
  rejectedCall,
  repeatedContract,
  STRANGERS_CALL,
  wrongLoginCall,
} from './calls.ts';
import { halfOpen, leaveStreams, readNothing, takeSockets } from './connections.ts';
import { type Flood, hammer } from './flood.ts';
import type { CallMade, Material } from './messages.ts';
import { askOnSockets, floodAcks, floodFrames } from './sockets.ts';

export type Attack = {
  readonly name: string;
  readonly about: string;
  /** How many processes it takes; one unless said otherwise. */
  readonly processes?: number;
  /** Goes on until its process is ended. */
  readonly run: (flood: Flood) => Promise<unknown>;
  /** What somebody calls who is refused as the attackers are, to see how soon. */
  readonly shed?: (material: Material) => CallMade;
};

/** From issue 14, in its order, and what test/hostile shows besides. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'large answers',
    about: '20 at once of a small query with a huge answer: everybody’s contracts of 400 KB',
    run: (flood) =>
      hammer(flood, 20, (place) => (place % 2 === 0 ? LIST_OF_CONTRACTS : repeatedContract(flood.material))),
    shed: () => LIST_OF_CONTRACTS,
  },
  { name: 'no reading', about: '60 connections that ask for much and read nothing', run: readNothing },
  {
    name: 'queries on sockets',
    about: '10 anonymous GraphQL sockets, 60 queries under way on each',
    run: askOnSockets,
  },
  {
    name: 'acks',
    about: 'an agent of each address floods acks and results of requests that it does not have',
    run: floodAcks,
  },
  { name: 'sockets', about: '1,100 anonymous GraphQL sockets of each address, 11,000 at most', run: takeSockets },
  { name: 'half-open', about: '20,000 connections with half a request', processes: 2, run: halfOpen },
  {
    name: 'burning contracts',
    about: '36 self-registered agents whose contracts burn their budget, each with a sender of its own',
    run: (flood) => hammer(flood, flood.material.burning.length, (place) => burningCall(flood.material, place)),
    shed: (material) => burningCall(material, 0),
  },
  {
    name: 'rejected',
    about: 'a sender of each address has 60 KB at a time rejected and stored, over 16 connections each',
    run: (flood) => hammer(flood, 16 * flood.addresses.length, (place) => rejectedCall(flood.material, place)),
    shed: (material) => rejectedCall(material, 0),
  },
  { name: 'frames', about: '20 anonymous GraphQL sockets flood pings, and what is no message', run: floodFrames },
  { name: 'streams', about: '50 streams of events at a time, left as soon as they are answered', run: leaveStreams },
  {
    name: 'mcp',
    about: 'tools of agents listed over 20 connections',
    run: (flood) => hammer(flood, 20, (place) => mcpCall(flood.material, place)),
  },
  {
    name: 'logins',
    about: 'wrong passwords over 20 connections',
    run: (flood) => hammer(flood, 20, () => wrongLoginCall),
    shed: () => wrongLoginCall,
  },
  {
    name: 'keys',
    about: 'made-up keys over 20 connections',
    run: (flood) => hammer(flood, 20, madeUpKeyCall),
    shed: madeUpKeyCall,
  },
  {
    name: 'documents',
    about: 'a new GraphQL document each time, as long as one may be, or a mebibyte of JSON, over 10 connections',
    run: (flood) => hammer(flood, 10, (place) => (place % 2 === 0 ? newDocumentCall() : muchJsonCall)),
  },
  {
    name: 'registrations',
    about: 'as many as there may be, over 20 connections',
    run: (flood) => hammer(flood, 20, () => registrationCall),
    shed: () => registrationCall,
  },
];

/** What is called by whoever is to be refused, where the attack says nothing of it. */
export const shedCallOf = (attack: Attack | undefined, material: Material): CallMade =>
  attack?.shed?.(material) ?? STRANGERS_CALL;
