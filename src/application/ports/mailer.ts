export type Mail = {
  /** One plain address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  /** The same when it is sent again, so that it can be told. */
  readonly id: string;
};

/** Sends e-mail. */
export interface Mailer {
  /** Answers when the operator's mail server has taken it. Throws where that did not, or the signal cut it short. */
  send(mail: Mail, signal?: AbortSignal): Promise<void>;
}
