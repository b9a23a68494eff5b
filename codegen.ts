import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for whoever talks GraphQL to the platform: `npm run generate` after changing schema or documents. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  generates: {
    'agent-sdk/src/generated/graphql.ts': {
      documents: ['agent-sdk/src/documents/*.graphql', 'agent-sdk/src/generated/*.graphql'],
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        documentMode: 'string',
        enumType: 'string-literal',
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          BigInt: 'number',
          DateTime: 'string',
          JSON: 'unknown',
          JSONObject: 'Record<string, unknown>',
        },
      },
    },
    'admin-ui/src/generated/graphql.ts': {
      documents: 'admin-ui/src/graphql/*.graphql',
      plugins: ['typescript-operations', 'typed-document-node'],
      config: {
        // As text, which is parsed when it is loaded: trees compress to twice the size.
        documentMode: 'graphQLTag',
        gqlImport: 'urql#gql',
        enumType: 'string-literal',
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          ID: 'string',
          BigInt: 'number',
          DateTime: 'string',
          JSON: 'unknown',
          JSONObject: 'Record<string, unknown>',
        },
      },
    },
  },
};

export default config;
