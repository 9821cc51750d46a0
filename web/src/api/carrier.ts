// How the secret of a session goes along with what the portal is asked: in a cookie that no script can read, or, in a
// frame of another site, which cookies do not reach, in `Authorization: Bearer`.

/** A session whose secret is carried here. */
export interface Bearer {
  secret: string;
  /** Begins the session anew after it ended; answers its new secret, or nothing where that cannot be. */
  renew(): Promise<string | undefined>;
}

let byBearer = false;
let bearer: Bearer | undefined;
const renewing = new WeakMap<Bearer, Promise<boolean>>();
/** With which secret the portal was asked for an answer. */
const askedWith = new WeakMap<object, string | undefined>();

/** From now on no cookie is sent, and none is taken. */
export function carryByBearer(): void {
  byBearer = true;
}

export function isByBearer(): boolean {
  return byBearer;
}

/** The session whose secret goes along from now on; none where nobody is signed in. */
export function carry(next: Bearer | undefined): void {
  bearer = next;
}

/** The session that is carried goes on with another secret: its password was given. */
export function renewSecret(secret: string): void {
  if (bearer) bearer.secret = secret;
}

/** The secret that goes along now. */
export function carried(): string | undefined {
  return bearer?.secret;
}

/** Whether cookies go along. */
export function credentials(): RequestCredentials {
  return byBearer ? 'omit' : 'same-origin';
}

/** The header that a secret is carried in. */
export function authorization(secret: string | undefined): Record<string, string> {
  return secret === undefined ? {} : { Authorization: `Bearer ${secret}` };
}

/**
 * Asks the portal with the secret that is carried. Where the session has ended, it is begun anew, once, and asked again;
 * never with the secret of another session that was begun meanwhile, which may be another account's.
 */
export async function inSession<Answer extends object>(
  ask: (secret: string | undefined) => Promise<Answer>,
  hasEnded: (answer: Answer) => Promise<boolean>,
): Promise<Answer> {
  const asking = bearer;
  const secret = asking?.secret;
  const asked = async (by: string | undefined) => {
    const answer = await ask(by);
    askedWith.set(answer, by);
    return answer;
  };
  const answer = await asked(secret);
  if (!asking || !(await hasEnded(answer))) return answer;
  const again = (asking.secret !== secret || (await renewed(asking))) && asking === bearer;
  return again ? asked(asking.secret) : answer;
}

/** Whether an answer is to the secret that is carried still. A late one tells of a session that was left. */
export function isOfNow(answer: object): boolean {
  return !askedWith.has(answer) || askedWith.get(answer) === carried();
}

/** Several requests find at once that the session has ended; it is begun anew once. */
function renewed(ended: Bearer): Promise<boolean> {
  const begun = renewing.get(ended) ?? begin(ended).finally(() => renewing.delete(ended));
  renewing.set(ended, begun);
  return begun;
}

async function begin(ended: Bearer): Promise<boolean> {
  const secret = await ended.renew().catch(() => undefined);
  if (secret !== undefined) ended.secret = secret;
  return secret !== undefined;
}
