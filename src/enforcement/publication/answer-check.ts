import type { Capability } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import type { PolicyAction, PolicyRule } from '../../domain/policy.ts';
import type { Findings } from '../../domain/publication.ts';
import { quoted } from '../printable.ts';
import { checkRule, type RuleFinding } from './check-rule.ts';
import { checkDescribedConstraints } from './described-constraints.ts';
import { checkDescribedTextParam } from './described-text-param.ts';
import { Steps, TooManySteps } from './meaning.ts';
import { offersOf } from './offer.ts';
import { languageOf, readRule } from './read-rule.ts';
import type { Term } from './term.ts';
import { unreachableRules } from './unreachable.ts';

/** Documents to be checked with each other, one of them about to be published. Plain data: it crosses threads. */
export type DocumentCheck = {
  readonly about: 'policies' | 'contract';
  /** What cannot be read is null, so that the others keep their numbers. */
  readonly rules: readonly (PolicyRule | null)[];
  readonly defaultAction: PolicyAction;
  /** Null where there is no contract. */
  readonly capabilities: readonly Capability[] | null;
  /** Whether anybody but administrators may approve what the rules hold. */
  readonly canApprove: boolean;
};

/** Of errors, and of warnings. */
const FINDINGS_MAX = 100;
const NOBODY_APPROVES =
  'nobody but an administrator can approve what it holds: the agent has neither an owner nor approvers';

/** What documents say of each other. May take long, for what they cost is up to their authors. */
export function answerCheck(check: DocumentCheck): Findings {
  try {
    const { errors, warnings } = check.about === 'policies' ? checkTheRules(check) : checkTheContract(check);
    return { errors: errors.slice(0, FINDINGS_MAX), warnings: warnings.slice(0, FINDINGS_MAX) };
  } catch (error) {
    if (error instanceof TooManySteps) return unchecked(check);
    throw error;
  }
}

/** What is said of documents that cost too much to check: a rule that does not fit denies when it is evaluated. */
export function unchecked({ about }: DocumentCheck): Findings {
  const message =
    'The policies and the contract are too large to be checked with each other, so nothing is said of how they fit';
  return { errors: [], warnings: [{ path: about === 'contract' ? 'capabilities' : 'rules', message }] };
}

function checkTheRules(check: DocumentCheck): Findings {
  const { rules, defaultAction, capabilities, canApprove } = check;
  const errors: InputIssue[] = [];
  const warnings: InputIssue[] = [];
  const read = rules.map((rule) => rule && { rule, term: readRule(rule) });
  for (const { index, rule, findings } of findingsOf(read, capabilities)) {
    for (const { severity, message } of findings) {
      (severity === 'error' ? errors : warnings).push({ path: `rules.${index}.${languageOf(rule)}`, message });
    }
    const action = problemOfAction(rule, check);
    if (action !== null) warnings.push({ path: `rules.${index}.action`, message: action });
  }
  const said = read.map((each) => each && { ...each.rule, term: each.term });
  for (const [index, by] of unreachableRules(said, defaultAction)) {
    warnings.push({
      path: `rules.${index}`,
      message: `The rule never decides: whenever it matches, rule ${by + 1} does, which overrides it`,
    });
  }
  if (defaultAction === 'REQUIRE_APPROVAL' && !canApprove) {
    warnings.push({ path: 'defaultAction', message: `What no rule matches is held, and ${NOBODY_APPROVES}` });
  }
  return { errors, warnings };
}

function problemOfAction({ action }: PolicyRule, { rules, defaultAction, canApprove }: DocumentCheck): string | null {
  if (action === 'WAIVE_APPROVAL') {
    const holds = defaultAction === 'REQUIRE_APPROVAL' || rules.some((rule) => rule?.action === 'REQUIRE_APPROVAL');
    return holds ? null : 'The rule waives an approval, and nothing in the set requires one';
  }
  if (action === 'REQUIRE_APPROVAL') return canApprove ? null : `The rule holds requests, and ${NOBODY_APPROVES}`;
  if (action !== 'ALLOW' || defaultAction !== 'ALLOW') return null;
  return 'The rule allows what is allowed anyway: ALLOW matters where the default action is another one';
}

function checkTheContract({ rules, capabilities }: DocumentCheck): Findings {
  const ofCapabilities = (capabilities ?? []).flatMap((each, index) => [
    checkDescribedConstraints(`capabilities.${index}`, each),
    checkDescribedTextParam(`capabilities.${index}`, each),
  ]);
  const read = rules.map((rule) => rule && { rule, term: readRule(rule) });
  const ofRules = findingsOf(read, capabilities).flatMap(({ index, rule, findings }) =>
    findings
      .filter(({ dependsOnContract }) => dependsOnContract)
      .map(({ message, severity }) => {
        const isWaiver = rule.action === 'WAIVE_APPROVAL';
        const then =
          severity === 'error' ? `; it cannot be evaluated then, and so ${isWaiver ? 'waives nothing' : 'denies'}` : '';
        const text = quoted(rule.condition ?? rule.cel ?? '', 60);
        return { path: 'capabilities', message: `Rule ${index + 1} in force, ${text}: ${message}${then}` };
      }),
  );
  return {
    errors: ofCapabilities.flatMap(({ errors }) => errors),
    warnings: [...ofCapabilities.flatMap(({ warnings }) => warnings), ...ofRules],
  };
}

type ReadRule = { readonly rule: PolicyRule; readonly term: Term | null };
type Checked = { readonly index: number; readonly rule: PolicyRule; readonly findings: readonly RuleFinding[] };

function findingsOf(
  rules: readonly (ReadRule | null)[],
  capabilities: readonly Capability[] | null,
): readonly Checked[] {
  const offers = capabilities && offersOf(capabilities);
  const steps = new Steps();
  return rules.flatMap((each, index) => {
    if (each === null) return [];
    const { rule, term } = each;
    const findings = term === null ? [] : checkRule(term, rule.action, offers, steps);
    return [{ index, rule, findings }];
  });
}
