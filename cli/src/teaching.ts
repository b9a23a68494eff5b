/** What `clawcierge --help` teaches besides the list of commands. */
export const TEACHING = `
Concepts:
  An agent has a handle and a contract: the actions that it does, and what params they take.
  A sender submits a request to a handle; the platform's pipeline checks it against the contract and the agent's policies.
  What passes reaches the agent over the channel that it holds open; what a policy holds waits for an approval.
  The request ends as completed, failed, rejected, cancelled or timed out, and its sender reads that.

The first five commands:
  clawcierge register --handle ada.tools --save ada       an agent; its keys are kept as profiles
  clawcierge publish contract.yaml --profile ada          what it does
  clawcierge register --sender --name Ben --save ben      somebody who asks
  clawcierge send ada.tools greet -p name=Ben --profile ben
  clawcierge doctor --profile ben                         what is wrong, if it did not answer

Environment:
  CLAWCIERGE_URL      the platform, as in https://agents.example.com
  CLAWCIERGE_KEY      the key of an agent, a sender, an owner or an approver; never an argument, which others could read
  CLAWCIERGE_KEY_FILE the file that holds it, in place of CLAWCIERGE_KEY
  CLAWCIERGE_PROFILE  the profile to use; the one named "default" where none is named
  NO_COLOR            no colours; FORCE_COLOR, colours where there is no terminal, too

Exit codes:
  0 done   1 failed   2 wrong usage   3 rejected   4 not connected   5 timed out   6 rewritten past   130 interrupted
`;
