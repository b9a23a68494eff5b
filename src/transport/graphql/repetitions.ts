import { type DocumentNode, GraphQLError, visit } from 'graphql';

type Validation = {
  readonly params: { readonly documentAST: DocumentNode };
  setResult(errors: readonly GraphQLError[]): void;
};

/**
 * Refuses documents that name the same field again and again, before they are validated: whether two fields of one
 * name can be merged is checked for each pair of them, and for each pair of what is below them.
 */
export const repetitionLimitPlugin = ({ max }: { readonly max: number }): object => ({
  onValidate({ params, setResult }: Validation) {
    const counted = known.get(params.documentAST) ?? mostRepeated(params.documentAST);
    known.set(params.documentAST, counted);
    const [name, count] = counted;
    if (count <= max) return;
    const message = `The field "${name}" occurs ${count} times with fields of its own; at most ${max} are allowed.`;
    setResult([new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } })]);
  },
});

/** What was counted of a document, for as long as it is cached: an agent sends the same few all the time. */
const known = new WeakMap<DocumentNode, readonly [name: string, count: number]>();

/** By the name in the answer, of fields that have fields themselves. */
function mostRepeated(document: DocumentNode): readonly [name: string, count: number] {
  const names: string[] = [];
  visit(document, {
    Field({ name, alias, selectionSet }) {
      if (selectionSet) names.push((alias ?? name).value);
    },
  });
  let most: readonly [string, number] = ['', 0];
  for (const [name, { length }] of Map.groupBy(names, (each) => each)) if (length > most[1]) most = [name, length];
  return most;
}
