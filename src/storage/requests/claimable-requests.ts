import { type Expression, type RawBuilder, sql } from 'kysely';
import { anyOf } from '../expressions.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { isClaimableAt, isGivenUp, isOpen, isSuspect, ofRequest } from './request-conditions.ts';
import { REQUEST_COLUMNS } from './request-records.ts';

const requests = db.selectFrom('requests as r');

/** Less and more than any sender's id. */
export const FIRST_SENDER = '00000000-0000-0000-0000-000000000000';
const LAST_SENDER = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const id = (text: string) => sql<string>`${sql.lit(text)}::uuid`;

/** A sender in the walk round those whose requests wait, and how many come before it. */
type Step = { readonly place: number; readonly sender_id: string };

/**
 * A suspect, then by rounds, one of each sender and then the next of each: in each round first what was delivered and is
 * nobody's any more, then what waits (docs/decisions/0055). Of what waits an index leads from one sender to the next, behind
 * `after` and on from the first one: of a long queue no more is read than is answered. Who has nothing to be claimed is not
 * met, nor is whoever is to be passed over.
 */
export const CLAIMABLE = statement(
  'claimable-requests',
  {
    agentId: 'uuid',
    after: 'uuid',
    unacked: 'int',
    losses: 'int',
    at: 'timestamptz',
    lapsedBy: 'timestamptz',
    provenBefore: 'timestamptz',
    limit: 'int',
    passOver: 'uuid[]',
  },
  ({ agentId, after, at, lapsedBy, provenBefore, limit, passOver, ...limits }) => {
    const claimable = requests
      .where('r.agent_id', '=', agentId)
      .where(isClaimableAt(at, lapsedBy))
      .where(({ not }) => not(isGivenUp(limits)));
    const onProbation = requests
      .where('r.agent_id', '=', agentId)
      .where(isOpen)
      .where(isSuspect)
      .where('r.channel_id', 'is not', null)
      .where('r.updated_at', '>', provenBefore);
    // The one that went out last before a channel ended is the likeliest cause.
    const suspect = claimable
      .select(['r.id', sql<number>`-1`.as('turn'), sql<number>`0`.as('place')])
      .where(isSuspect)
      .where(({ not, exists }) => not(exists(onProbation)))
      .orderBy(sql`${ofRequest.ref('r.deliveries')} -> -1 ->> 'deliveredAt'`, 'desc')
      .orderBy('r.id')
      .limit(1);
    const unsuspected = claimable.where(({ not }) => not(isSuspect));
    const delivered = unsuspected
      .select([
        'r.id',
        sql<number>`row_number() over (partition by r.sender_id order by r.id)`.as('turn'),
        sql<number>`0`.as('place'),
      ])
      .where('r.channel_id', 'is not', null);

    const waiting = unsuspected
      .where('r.channel_id', 'is', null)
      .where(({ not }) => not(ofRequest('r.sender_id', '=', anyOf(passOver))));
    const nextSender = (behind: Expression<string>, upTo: Expression<string>) =>
      waiting
        .select('r.sender_id')
        .where('r.sender_id', '>', behind)
        .where('r.sender_id', '<=', upTo)
        .orderBy('r.sender_id')
        .orderBy('r.id')
        .limit(1)
        .as('n');
    /** The next step of a walk from each of `steps`, which are one. */
    const stepFrom = (steps: RawBuilder<Step>, behind: Expression<string>, upTo: Expression<string>) =>
      db
        .selectFrom(steps.as('w'))
        .innerJoinLateral(nextSender(behind, upTo), (join) => join.onTrue())
        .select([sql<number>`w.place + 1`.as('place'), 'n.sender_id'])
        .where('w.place', '<', limit);
    const walked = sql.ref<string>('w.sender_id');
    const waitingOf = waiting
      .select(['r.id', sql<number>`row_number() over (order by r.id)`.as('turn')])
      .where('r.sender_id', '=', sql.ref<string>('s.sender_id'))
      .orderBy('r.id')
      // As many of each as fill the answer.
      .limit(sql<number>`(select ceil(${limit}::numeric / greatest(count(*), 1)) from senders)`)
      .as('of');

    return db
      .withRecursive('ahead(place, sender_id)', () =>
        stepFrom(sql`(select 0 as place)`, after, id(LAST_SENDER)).unionAll(
          stepFrom(sql`ahead`, walked, id(LAST_SENDER)),
        ),
      )
      .withRecursive('around(place, sender_id)', () =>
        stepFrom(sql`(select count(*)::int as place from ahead)`, id(FIRST_SENDER), after).unionAll(
          stepFrom(sql`around`, walked, after),
        ),
      )
      .with('senders', (cte) => cte.selectFrom('ahead').selectAll().unionAll(cte.selectFrom('around').selectAll()))
      .with('suspect', () => suspect)
      .with('delivered', () => delivered)
      .with('chosen', (cte) =>
        cte
          .selectFrom('suspect')
          .selectAll()
          .unionAll(cte.selectFrom('delivered').selectAll())
          .unionAll(
            cte
              .selectFrom('senders as s')
              .innerJoinLateral(waitingOf, (join) => join.onTrue())
              .select(['of.id', 'of.turn', 's.place']),
          )
          .orderBy('turn')
          .orderBy('place')
          .orderBy('id')
          .limit(limit),
      )
      .selectFrom('chosen as c')
      .innerJoin('requests as r', 'r.id', 'c.id')
      .select(REQUEST_COLUMNS.from('r'))
      .orderBy('c.turn')
      .orderBy('c.place')
      .orderBy('c.id');
  },
);
