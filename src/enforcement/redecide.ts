import type { Decision, Facts, StageResult } from '../domain/verdict.ts';
import { type PipelineOptions, runPipeline, type Stage } from './pipeline.ts';

type Stages = readonly [Stage, ...Stage[]];

/**
 * Decides about a request again by other rules. What the stages after them said then still counts; where rules denied
 * then, so that no other stage was asked, all of them are asked now. Rejects as runPipeline does.
 */
export async function redecide(
  stages: Stages,
  facts: Facts['request'],
  then: readonly StageResult[],
  options: PipelineOptions,
): Promise<Decision> {
  const [rules] = stages;
  const later = then.filter(({ stage }) => stage !== rules.name);
  if (later.length === 0) return runPipeline('request', stages, facts, options);
  const decision = await runPipeline('request', [rules], facts, options);
  const denial = later.find(({ passed }) => !passed);
  if (decision.outcome === 'DENIED' || denial === undefined) return decision;
  const { stage, kind = 'STAGE_FAILED', reason } = denial;
  return { outcome: 'DENIED', stage, kind, reason: reason ?? '', log: [...decision.log, ...later] };
}
