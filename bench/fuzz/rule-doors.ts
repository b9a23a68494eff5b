import { setTimeout as wait } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { anyRule, PARAMS, type RuleText } from './conditions.ts';
import { anyContract, anyParams } from './contracts.ts';
import type { Door } from './door.ts';
import { call } from './http-calls.ts';
import { judgeRest, Violation } from './judge.ts';
import { Tape } from './tape.ts';
import { registerAgent, type Target } from './target.ts';

/** Rules that are tried at once: few, so that one which cannot be evaluated does not hide what the others say. */
const RULES_AT_ONCE = 12;
const LOOKS_MAX = 4;
/** A machine that has much to do besides answers so, and is asked again. */
const BUSY = new Set(['overloaded', 'unavailable']);
const TRIES = 20;
const BUSY_WAIT_MS = 500;
/** Every third set is decided both ways: that costs as much again. */
const BOTH_WAYS_EVERY = 3;
/** Problems of a refused set are told by their rules, such as `rules.3.cel`. */
const RULE_PATH = /^rules\.(\d+)/;

/**
 * Conditions and programs of CEL, which are tried on requests of every kind of params. Whatever a set of rules says, no
 * request may pass it both where a match rejects and where only a match allows: that would be a rule that says yes and no.
 */
export async function conditionDoor(target: Target): Promise<Door> {
  const { url, senderKey } = target;
  const agent = await registerAgent(url);
  for (const params of PARAMS) {
    const body = JSON.stringify({ action: 'fuzz.take', params, when_offline: 'queue' });
    judgeRest(
      await call(url, { method: 'POST', path: `/v1/agents/${agent.handle}/requests`, body }, senderKey),
      'a request',
    );
  }
  const counts = { refused: 0, evaluated: 0, decided: 0 };
  let sets = 0;

  /** The requests that pass; or the numbers of the rules that are refused. */
  async function replay(rules: readonly RuleText[], action: 'reject' | 'allow', again: number) {
    const opposite = action === 'reject' ? 'allow' : 'reject';
    const said = rules.map((rule) => ({ ...rule, action, reason: `${again}` }));
    const path = `/v1/agents/${agent.id}/policies/replay`;
    const body = JSON.stringify({ rules: said, default_action: opposite });
    const ask = async () => judgeRest(await call(url, { method: 'POST', path, body }, agent.key), body);
    let answer = await ask();
    for (let tries = 1; BUSY.has(answer.kind) && tries < TRIES; tries += 1) {
      await wait(BUSY_WAIT_MS);
      answer = await ask();
    }
    if (answer.kind === undefined)
      return {
        isWhole: answer.evaluated === PARAMS.length && !answer.truncated,
        rejected: answer.changed.map((change: { request_id: string }) => change.request_id),
      };
    const refused: number[] = (answer.errors ?? [])
      .flatMap(({ path }: { path: string }) => RULE_PATH.exec(path)?.[1] ?? [])
      .map(Number);
    if (answer.kind !== 'invalid-input')
      throw new Violation(`rules ${JSON.stringify(rules)} were answered ${JSON.stringify(answer)}`);
    return { refused: new Set(refused) };
  }

  /** Decides by those of the rules that are taken. What is wrong with their grammar is told before what they mean is looked at. */
  async function decide(rules: readonly RuleText[], again: number, looks = 0): Promise<void> {
    if (rules.length === 0) return;
    const allowing = await replay(rules, 'allow', again);
    const { refused } = allowing;
    if (refused) {
      // What is bounded of all of them together names none.
      const half = Math.ceil(rules.length / 2);
      if (refused.size === 0 && rules.length > 1) {
        await decide(rules.slice(0, half), again);
        return decide(rules.slice(half), again);
      }
      if (refused.size === 0 || looks === LOOKS_MAX)
        throw new Violation(`no rule is named of ${JSON.stringify(rules)}`);
      counts.refused += refused.size;
      return decide(
        rules.filter((_, at) => !refused.has(at)),
        again,
        looks + 1,
      );
    }
    counts.evaluated += rules.length;
    sets += 1;
    if (sets % BOTH_WAYS_EVERY !== 0) return;
    const rejecting = await replay(rules, 'reject', again);
    if (!rejecting.rejected) throw new Violation(`other rules are refused of ${JSON.stringify(rules)}`);
    // What took too long says nothing of the rest.
    if (!rejecting.isWhole || !allowing.isWhole) return;
    const passedBoth = PARAMS.length - new Set([...rejecting.rejected, ...allowing.rejected]).size;
    if (passedBoth > 0) throw new Violation(`${passedBoth} requests pass either way: ${JSON.stringify(rules)}`);
    counts.decided += 2 * PARAMS.length - rejecting.rejected.length - allowing.rejected.length;
  }

  return {
    name: 'conditions',
    inputs: 10_000,
    atOnce: 80,
    counts,
    show: (roll) => JSON.stringify(anyRule(new Tape(roll)).rule),
    async send(rolls, again) {
      const all = rolls.map((roll) => anyRule(new Tape(roll)));
      // Wild ones apart: nearly every one is refused, and what is with it is looked at again.
      const kept = [...all.filter(({ isWild }) => !isWild), ...all.filter(({ isWild }) => isWild)].map(
        ({ rule }) => rule,
      );
      for (let at = 0; at < kept.length; at += RULES_AT_ONCE) await decide(kept.slice(at, at + RULES_AT_ONCE), again);
    },
    close: () => {},
  };
}

/** What our reading of a schema has and the validator's plain one has not, or the other way round. */
const READ_OTHERWISE =
  /"(\$schema|\$id|nullable|\$recursiveRef|\$anchor|\$dynamicRef|\$ref|format|pattern|patternProperties|discriminator)"/;
const PARAMS_EACH = 4;

/**
 * Contracts, and what is asked for by each. Where the validator itself, without anything of ours around it, says that params
 * do not match, none may pass.
 */
export function contractDoor(target: Target): Door {
  const { url, senderKey } = target;
  const counts = { refused: 0, 'requests passed': 0, 'requests refused': 0, compared: 0 };
  return {
    name: 'contracts',
    inputs: 100,
    atOnce: 10,
    counts,
    show: (roll) => anyContract(new Tape(roll)).capabilities,
    async send(rolls, again) {
      for (const roll of rolls) {
        const agent = await registerAgent(url);
        // More choices than one value needs: a contract is many schemas.
        const { capabilities: body, actions } = anyContract(new Tape([roll[0], 20 * roll[1]]));
        const published = judgeRest(
          await call(url, { method: 'PUT', path: `/v1/agents/${agent.id}/capabilities`, body }, agent.key),
          'a contract',
        );
        if (published?.kind !== undefined) {
          counts.refused += 1;
          continue;
        }
        const matches = plainValidator(body);
        for (let at = 0; at < PARAMS_EACH; at += 1) {
          const action = actions[at % actions.length] ?? '';
          const params = anyParams(new Tape([roll[0] + at + 1, roll[1]]));
          const asked = `{"action":${JSON.stringify(action)},"params":${params},"when_offline":"queue","context_id":"${again}"}`;
          const answer = judgeRest(
            await call(url, { method: 'POST', path: `/v1/agents/${agent.handle}/requests`, body: asked }, senderKey),
            `${action} of ${body}`,
          );
          const hasPassed = answer?.kind === undefined;
          counts[hasPassed ? 'requests passed' : 'requests refused'] += 1;
          if (!hasPassed || !matches) continue;
          counts.compared += 1;
          if (!matches(action, JSON.parse(params))) throw new Violation(`${params} passed ${action} of ${body}`);
        }
      }
    },
    close: () => {},
  };
}

/** Says whether params match by the validator alone; null where it is not asked. */
function plainValidator(body: string): ((action: string, params: unknown) => boolean) | null {
  if (READ_OTHERWISE.test(body)) return null;
  const { capabilities } = JSON.parse(body) as {
    readonly capabilities: readonly { readonly action: string; readonly params_schema: object }[];
  };
  return (action, params) => {
    const ajv = new Ajv2020({ strict: false, logger: false, ownProperties: true, multipleOfPrecision: 9 });
    const schema = capabilities.find((each) => each.action === action)?.params_schema;
    return schema !== undefined && ajv.validate(schema, params);
  };
}
