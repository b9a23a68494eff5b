import { REMEMBER, REMEMBER_PARAM } from '../../../domain/remember.ts';
import { builder } from '../builder.ts';
import { counts } from '../counts.ts';
import { inputFields } from '../fields.ts';
import { RememberAsEnum } from './enums.ts';
import { PolicyRuleType } from './policy.ts';
import { ApprovalType } from './refs.ts';

const RememberParamInput = builder.inputType('RememberParamInput', {
  description: 'What later requests may have in one param.',
  fields: (t) => inputFields(t, REMEMBER_PARAM, { as: RememberAsEnum }),
});

export const RememberInputType = builder.inputType('RememberInput', {
  description: 'What is asked of later requests before they pass without anybody being asked.',
  fields: (t) => inputFields(t, REMEMBER, { params: RememberParamInput }),
});

builder.objectField(ApprovalType, 'suggestedRule', (t) =>
  t.field({
    type: PolicyRuleType,
    nullable: true,
    description:
      'What `remember` would publish with no choices, so that exactly the same passes from now on; null where it is over, and where no rule can say just that.',
    extensions: counts({ values: 24 }),
    args: {
      remember: t.arg({
        type: RememberInputType,
        description:
          'With these choices instead, for whoever may remember; where no rule comes of them the error says why.',
      }),
    },
    resolve: async (approval, { remember }, { app, loaders, principal }) => {
      const request = await loaders.requestOfApproval.load(approval.requestId);
      if (request === null) return null;
      if (remember == null) return app.approvals.suggestedRule(approval, request);
      return app.approvals.suggestedRuleWith(principal, { approval, request }, remember);
    },
  }),
);
