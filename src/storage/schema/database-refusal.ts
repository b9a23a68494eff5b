/**
 * The database cannot be used as it is. The message is for an operator: it names the object and the cause, and says what
 * helps. It holds nothing of what senders and agents wrote.
 */
export class DatabaseRefusal extends Error {
  override readonly name = 'DatabaseRefusal';
}
