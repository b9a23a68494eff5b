import type { ErrorObject, FuncKeywordDefinition, ValidateFunction } from 'ajv';
import type { DataValidationCxt } from 'ajv/dist/types/index.js';
import type { CompiledPattern } from './compile-pattern.ts';
import type { NormalSchema } from './normal-form.ts';
import type { SchemaNode } from './read-schema.ts';

/** What is asked of a compiled contract while `unevaluated…` is answered. */
export type UnevaluatedContext = {
  /** The compiled form of a subschema; there is one of each that branchesBelowUnevaluated answers. */
  readonly validatorOf: (schema: NormalSchema) => ValidateFunction;
  /** What `#/$defs/<n>` refers to. */
  readonly targetOf: (reference: string) => NormalSchema | boolean;
  readonly patternOf: (source: string) => CompiledPattern;
};

type Normal = NormalSchema | boolean;
const KEYWORDS = ['unevaluatedProperties', 'unevaluatedItems'] as const;

const isNormal = (value: unknown): value is NormalSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const normals = (value: unknown): readonly Normal[] => (Array.isArray(value) ? value : []);
const mapOf = (value: unknown): Readonly<Record<string, Normal>> =>
  isNormal(value) ? (value as Record<string, Normal>) : {};

export const usesUnevaluated = (normal: Normal): boolean =>
  isNormal(normal) && KEYWORDS.some((keyword) => Object.hasOwn(normal, keyword));

/**
 * The schemas whose verdict on a value, or on an item of it, decides what `unevaluated…` sees: alternatives,
 * conditions, `contains`, and what is asked of the rest.
 */
export function branchesBelowUnevaluated(nodes: Iterable<SchemaNode>): readonly SchemaNode[] {
  const all = [...nodes];
  const nodeOf = new Map<Normal, SchemaNode>(all.map((node) => [node.normal, node]));
  const seen = new Set<SchemaNode>();
  const branches = new Set<SchemaNode>();
  const add = (schemas: readonly unknown[]) => {
    for (const schema of schemas) {
      const node = isNormal(schema) ? nodeOf.get(schema) : undefined;
      if (node !== undefined) branches.add(node);
    }
  };
  const visit = (node: SchemaNode): void => {
    if (seen.has(node) || !isNormal(node.normal)) return;
    seen.add(node);
    const { then: moved } = node.normal;
    // What `nullable` moved into a condition is no node of its own.
    const own = isNormal(moved) && !nodeOf.has(moved) ? [node.normal, moved] : [node.normal];
    for (const { anyOf, oneOf, contains, if: condition } of own) {
      add([...normals(anyOf), ...normals(oneOf), condition, contains]);
    }
    for (const { to, inPlace } of node.edges) if (inPlace) visit(to);
  };
  for (const node of all) {
    if (!usesUnevaluated(node.normal)) continue;
    visit(node);
    if (isNormal(node.normal)) add(KEYWORDS.map((keyword) => (node.normal as NormalSchema)[keyword]));
  }
  return [...branches];
}

/**
 * Which members of a value its schema has evaluated (JSON Schema Core, 2020-12, sections 10.3 and 11). The value is
 * taken to be valid in the schema without its `unevaluated…`: if it is not, it is refused for that, whatever is
 * answered here. So only what is beside a verdict of its own, an alternative or a condition, is asked for one.
 */
class Evaluated {
  readonly #value: object;
  readonly #context: UnevaluatedContext;
  readonly #seen = new Set<Normal>();
  readonly #members = new Set<string | number>();
  #isAll = false;

  constructor(value: object, schema: NormalSchema, context: UnevaluatedContext) {
    this.#value = value;
    this.#context = context;
    this.#ofOwn(schema, { isAsking: true });
    this.#ofSubschemas(schema);
  }

  /** The members that nothing has evaluated. */
  rest(): readonly (string | number)[] {
    if (this.#isAll) return [];
    const members = Array.isArray(this.#value) ? [...this.#value.keys()] : Object.keys(this.#value);
    return members.filter((member) => !this.#members.has(member));
  }

  #visit(schema: Normal | undefined): void {
    if (!isNormal(schema) || this.#isAll || this.#seen.has(schema)) return;
    this.#seen.add(schema);
    this.#ofOwn(schema, { isAsking: false });
    this.#ofSubschemas(schema);
  }

  #ofOwn(schema: NormalSchema, { isAsking }: { readonly isAsking: boolean }): void {
    if (Array.isArray(this.#value)) this.#ofItems(schema, this.#value, isAsking);
    else this.#ofProperties(schema, Object.keys(this.#value), isAsking);
  }

  #ofProperties(schema: NormalSchema, names: readonly string[], isAsking: boolean): void {
    if (schema.additionalProperties !== undefined || (!isAsking && schema.unevaluatedProperties !== undefined)) {
      this.#isAll = true;
      return;
    }
    const properties = mapOf(schema.properties);
    const patterns = Object.keys(mapOf(schema.patternProperties)).map(this.#context.patternOf);
    for (const name of names) {
      if (Object.hasOwn(properties, name) || patterns.some((pattern) => pattern.test(name))) this.#members.add(name);
    }
  }

  #ofItems(schema: NormalSchema, items: readonly unknown[], isAsking: boolean): void {
    if (schema.items !== undefined || (!isAsking && schema.unevaluatedItems !== undefined)) {
      this.#isAll = true;
      return;
    }
    const contains = schema.containsEvaluates === false ? undefined : (schema.contains as Normal | undefined);
    const prefix = normals(schema.prefixItems).length;
    for (const [index, item] of items.entries()) {
      if (index < prefix || (contains !== undefined && this.#isValid(contains, item))) this.#members.add(index);
    }
  }

  #ofSubschemas(schema: NormalSchema): void {
    if (typeof schema.$ref === 'string') this.#visit(this.#context.targetOf(schema.$ref));
    for (const each of normals(schema.allOf)) this.#visit(each);
    for (const each of [...normals(schema.anyOf), ...normals(schema.oneOf)]) {
      if (this.#isValid(each, this.#value)) this.#visit(each);
    }
    const condition = schema.if as Normal | undefined;
    if (condition !== undefined) {
      const holds = this.#isValid(condition, this.#value);
      if (holds) this.#visit(condition);
      this.#visit((holds ? schema.then : schema.else) as Normal | undefined);
    }
    for (const dependents of [mapOf(schema.dependentSchemas), mapOf(schema.dependencies)]) {
      for (const name of Object.keys(dependents)) if (Object.hasOwn(this.#value, name)) this.#visit(dependents[name]);
    }
  }

  #isValid(schema: Normal, value: unknown): boolean {
    return typeof schema === 'boolean' ? schema : this.#context.validatorOf(schema)(value) === true;
  }
}

/**
 * `unevaluatedProperties` and `unevaluatedItems` as keywords for ajv, whose own miss what `if`, `contains` and
 * references beside alternatives have evaluated, and so let pass what must fail. `context` is read when a value is
 * validated.
 */
export function unevaluatedKeywords(context: UnevaluatedContext): readonly FuncKeywordDefinition[] {
  return KEYWORDS.map((keyword) => ({
    keyword,
    schemaType: ['object', 'boolean'],
    // After all others, for a value that fails one of them to be refused for that.
    post: true,
    errors: 'full',
    compile(asked: Normal, parent: NormalSchema) {
      const validate: ReturnType<NonNullable<FuncKeywordDefinition['compile']>> = (
        value: unknown,
        place?: DataValidationCxt,
      ) => {
        const isMeant = keyword === 'unevaluatedItems' ? Array.isArray(value) : isNormal(value);
        if (asked === true || !isMeant || typeof value !== 'object' || value === null) return true;
        for (const member of new Evaluated(value, parent, context).rest()) {
          const errors = errorsOf(keyword, asked, value, member, place, context);
          if (errors === null) continue;
          validate.errors = [...errors];
          return false;
        }
        return true;
      };
      return validate;
    },
  }));
}

/** Why a member that nothing has evaluated is refused, or null. */
function errorsOf(
  keyword: (typeof KEYWORDS)[number],
  asked: Normal,
  value: object,
  member: string | number,
  place: DataValidationCxt | undefined,
  context: UnevaluatedContext,
): readonly ErrorObject[] | null {
  const instancePath = place?.instancePath ?? '';
  if (asked === false) {
    const isItem = keyword === 'unevaluatedItems';
    const params = isItem ? { unevaluatedItem: member } : { unevaluatedProperty: member };
    const message = `must not have the ${isItem ? 'item' : 'property'} ${member}`;
    return [{ keyword, instancePath, schemaPath: `#/${keyword}`, params, message }];
  }
  if (asked === true) return null;
  const validate = context.validatorOf(asked);
  const at = `${instancePath}/${String(member).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const isValid = validate(Reflect.get(value, member), {
    instancePath: at,
    parentData: value,
    parentDataProperty: member,
    rootData: place?.rootData ?? {},
    dynamicAnchors: {},
  });
  return isValid === true ? null : (validate.errors ?? []);
}
