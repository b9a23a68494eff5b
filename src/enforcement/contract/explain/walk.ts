import { closestName } from '../../../domain/closest-name.ts';
import { quoted } from '../../printable.ts';
import { findingsOf, listed, mapOf, type Normal } from './assertions.ts';
import { branchesOf, evaluatedOf, inPlaceOf, membersOf, type WalkTools } from './in-place.ts';
import { type Place, ProblemList } from './problem.ts';
import { type Attempt, problemsOfUnion } from './unions.ts';
import { counted, wordsOfNot } from './words.ts';

/** A part of the params, and where what is wrong with it is collected. */
type Look = { readonly place: Place; readonly found: ProblemList; readonly tools: WalkTools };

/** Problems of one alternative that are looked at. */
const ALTERNATIVE_MAX = 8;
/** References that lead to references. */
const REFERENCES_MAX = 8;

/** Adds to `found` what is wrong with the value by the schema, in the schema's order, until `found` is full. */
export function look(schema: unknown, value: unknown, at: Look): void {
  const { place, found, tools } = at;
  if (found.isFull) return;
  tools.charge(1);
  if (schema === false) found.add({ place, keyword: 'false', says: 'is not allowed' });
  const keywords = mapOf(schema);
  const findings = findingsOf(keywords, value, tools);
  for (const finding of findings) found.add({ place, ...finding });
  // Of what is something else altogether the other keywords have nothing to say.
  if (findings.some(({ keyword }) => keyword === 'type' || keyword === 'enum')) return;
  tools.within(() => {
    if (Array.isArray(value)) lookAtItems(keywords, value, at);
    else if (typeof value === 'object' && value !== null) lookAtMembers(keywords, mapOf(value), at);
    for (const each of inPlaceOf(keywords, value, tools)) look(each, value, at);
    lookAtUnion('anyOf', keywords, value, at);
    lookAtUnion('oneOf', keywords, value, at);
    if (keywords.not !== undefined && tools.fits(keywords.not, value)) {
      found.add({ place, keyword: 'not', says: wordsOfNot(resolved(keywords.not, tools)) });
    }
    lookAtUnevaluated(keywords, value, at);
  });
}

function lookAtItems(schema: Normal, value: readonly unknown[], at: Look): void {
  const { items, contains, minContains = 1, maxContains = Number.POSITIVE_INFINITY } = schema;
  const first = branchesOf(schema.prefixItems);
  for (const [index, item] of value.entries()) {
    const its = index < first.length ? first[index] : items;
    if (its !== undefined) look(its, item, inside(at, String(index)));
  }
  if (contains === undefined) return;
  const count = value.filter((item) => at.tools.fits(contains, item)).length;
  const isBelow = count < Number(minContains);
  if (!isBelow && count <= Number(maxContains)) return;
  const bound = isBelow ? counted('at least', minContains, 'item') : counted('at most', maxContains, 'item');
  at.found.add({
    place: at.place,
    keyword: 'contains',
    says: `must have ${bound} of a certain form, and has ${count}`,
  });
}

function lookAtMembers(schema: Normal, value: Normal, at: Look): void {
  const { place, found, tools } = at;
  const properties = mapOf(schema.properties);
  const known = Object.keys(properties);
  const patterns = membersOf(schema.patternProperties);
  for (const name of listed(schema.required)) requireMember(name, 'is required', value, at);
  for (const name of known) {
    if (Object.hasOwn(value, name)) look(properties[name], value[name], inside(at, name));
  }
  for (const [name, member] of Object.entries(value)) {
    if (found.isFull) return;
    tools.charge(1);
    const its = patterns.filter(([pattern]) => tools.matchesPattern(pattern, name));
    for (const [, each] of its) look(each, member, inside(at, name));
    const isOther = !Object.hasOwn(properties, name) && its.length === 0;
    if (isOther && schema.additionalProperties !== undefined) {
      lookAtOther(
        schema.additionalProperties,
        name,
        member,
        known.filter((each) => !Object.hasOwn(value, each)),
        at,
      );
    }
    if (schema.propertyNames === undefined) continue;
    const names = new ProblemList(1);
    look(schema.propertyNames, name, { place, found: names, tools });
    for (const { says } of names.all) {
      found.add({
        place,
        keyword: 'propertyNames',
        says: `must not have a member called ${quoted(name)}: a name ${says}`,
      });
    }
  }
  for (const [name, others] of [...membersOf(schema.dependentRequired), ...membersOf(schema.dependencies)]) {
    if (!Array.isArray(others) || !Object.hasOwn(value, name)) continue;
    for (const each of others) requireMember(String(each), `is required beside ${quoted(name)}`, value, at);
  }
}

function requireMember(name: string, says: string, value: Normal, at: Look): void {
  if (!Object.hasOwn(value, name)) at.found.add({ place: inside(at, name).place, keyword: 'required', says });
}

/** A member that no other keyword describes; `free` are the names that are described and not there. */
function lookAtOther(schema: unknown, name: string, member: unknown, free: readonly string[], at: Look): void {
  if (schema !== false) {
    look(schema, member, inside(at, name));
    return;
  }
  // About as many as letters are compared.
  at.tools.charge((free.length * name.length ** 2) / 8);
  const meant = closestName(name, free);
  const hint = meant === null ? '' : `; did you mean ${quoted(meant)}?`;
  const says = `must not have the member ${quoted(name)}${hint}`;
  at.found.add({ place: at.place, keyword: 'additionalProperties', says });
}

function lookAtUnion(keyword: 'anyOf' | 'oneOf', schema: Normal, value: unknown, at: Look): void {
  const { place, found, tools } = at;
  const branches = branchesOf(schema[keyword]);
  if (branches.length === 0) return;
  const attempts: Attempt[] = [];
  const fitting: number[] = [];
  for (const [index, branch] of branches.entries()) {
    const own = new ProblemList(ALTERNATIVE_MAX);
    look(branch, value, { place, found: own, tools });
    if (own.all.length > 0) attempts.push({ schema: resolved(branch, tools), problems: own.all });
    else if (keyword === 'anyOf') return;
    else fitting.push(index + 1);
  }
  if (fitting.length === 0) for (const each of problemsOfUnion(attempts, value, place)) found.add(each);
  if (fitting.length < 2) return;
  const which = `${fitting.slice(0, 2).join(' and ')}${fitting.length > 2 ? ' and more' : ''}`;
  found.add({ place, keyword, says: `must fit exactly one of ${branches.length} alternatives, and fits ${which}` });
}

function lookAtUnevaluated(schema: Normal, value: unknown, at: Look): void {
  if (typeof value !== 'object' || value === null) return;
  const { unevaluatedItems, unevaluatedProperties, ...others } = schema;
  const rest = Array.isArray(value) ? unevaluatedItems : unevaluatedProperties;
  if (rest === undefined || rest === true) return;
  const evaluated = evaluatedOf(others, value, at.tools);
  if (evaluated === 'all') return;
  for (const [name, member] of Object.entries(value)) {
    if (evaluated.has(name)) continue;
    if (Array.isArray(value)) look(rest, member, inside(at, name));
    else lookAtOther(rest, name, member, [], at);
  }
}

const inside = (at: Look, name: string): Look => ({ ...at, place: { within: at.place, name } });

/** The schema that stands where there is nothing but a reference to it. */
function resolved(schema: unknown, tools: WalkTools): Normal {
  let keywords = mapOf(schema);
  for (let count = 0; count < REFERENCES_MAX && keywords.$ref !== undefined; count++) {
    keywords = mapOf(tools.referred(keywords.$ref));
  }
  return keywords;
}
