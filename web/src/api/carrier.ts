// How the secret of a session goes along with what the portal is asked: in a cookie that no script can read, or, in a
// frame of another site, which cookies do not reach, in `Authorization: Bearer`.

/** A session whose secret is carried here. */
export interface Bearer {
  secret: string;
  /** Begins the session anew after it ended; answers its new secret, or nothing where that cannot be. */
  renew(): Promise<string | undefined>;
}

/** Which account a request is meant for: a cookie goes along by itself, and may be somebody else's by now. */
const ACCOUNT_HEADER = 'Restante-Account';

/** The account that this page is open for. */
let account: string | undefined;
/** Whose sessions there are beside it, by their secrets. */
const accountOf = new Map<string, string>();

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
  if (!bearer) return;
  const of = accountOf.get(bearer.secret);
  if (of !== undefined) accountOf.set(secret, of);
  bearer.secret = secret;
}

/** The secret that goes along now. */
export function carried(): string | undefined {
  return bearer?.secret;
}

/** Whether cookies go along. */
export function credentials(): RequestCredentials {
  return byBearer ? 'omit' : 'same-origin';
}

/** Says for which account this page is open; every request names it from now on. */
export function openFor(next: string | undefined): void {
  account = next;
}

/** A session was begun whose secret this page carries itself. */
export function sessionBegun(secret: string, of: string): void {
  accountOf.set(secret, of);
}

/** The header that says which account a request is meant for. */
export function naming(of: string | undefined = account): Record<string, string> {
  return of === undefined ? {} : { [ACCOUNT_HEADER]: of };
}

/** The headers that say in which session something is asked: of this page's own where there is no secret. */
export function authorization(secret: string | undefined): Record<string, string> {
  if (secret === undefined) return naming();
  return { Authorization: `Bearer ${secret}`, ...naming(accountOf.get(secret)) };
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
