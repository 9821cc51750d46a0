// The portal's API as functions: the one place that knows routes. Failures are `Refused` or `Unreachable`.
import createClient from 'openapi-fetch';
import { authorization, credentials, inSession, isByBearer, isOfNow, naming, sessionBegun } from './carrier';
import { hearTime } from './clock';
import { Refused, Unreachable, problemFrom } from './problem';
import type { paths } from './schema';
import type { Activate, Carrier, ConfirmBy, Folder, Send, SignedIn } from './types';

/** No request but an upload or a download takes longer. */
const PATIENCE_MS = 30_000;

const http = createClient<paths>({ credentials: 'same-origin', fetch: carriedBy });

function carriedBy(request: Request): Promise<Response> {
  const ask = async (each: Request) => {
    const response = await fetch(each, {
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    hearTime(response.headers.get('date'));
    return response;
  };
  // One that brings its own secret, or names an account, is of another session than that which is carried.
  const own = request.headers.has('Authorization');
  if (!isByBearer()) {
    const isNamed = own || Object.keys(naming('')).some((name) => request.headers.has(name));
    if (!isNamed) for (const [name, value] of Object.entries(naming())) request.headers.set(name, value);
    return askByCookie(request, ask);
  }
  return inSession(
    (secret) => {
      // A body can be read once, and may be needed twice.
      const each = new Request(request.clone(), { credentials: credentials() });
      if (!own) for (const [name, value] of Object.entries(authorization(secret))) each.headers.set(name, value);
      return ask(each);
    },
    (response) => (own ? Promise.resolve(false) : isSignedOut(response)),
  );
}

/**
 * Another secret may come into the cookie while a request is on its way: the password was given, here or in another window
 * of this browser.
 */
async function askByCookie(request: Request, ask: (each: Request) => Promise<Response>): Promise<Response> {
  const again = request.clone();
  const response = await ask(request);
  return (await isSignedOut(response)) ? ask(again) : response;
}

/** Whether an answer says that the session has ended. */
export async function isSignedOut(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return problemFrom(401, body).type === 'signed-out';
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

type ShutOut = 'signed-out' | 'account-disabled' | 'other-account';

let onShutOut: (why: ShutOut) => void = () => undefined;

/** Calls `listener` whenever the portal says that the session is no more, is one of a disabled account, or another's. */
export function whenShutOut(listener: (why: ShutOut) => void): void {
  onShutOut = listener;
}

/** The error that an answer stands for; tells the session when it has ended, unless it came to another one. */
export function refusal(status: number, body: unknown, answer: object): Refused {
  const refused = new Refused(problemFrom(status, body));
  if (!isOfNow(answer)) return refused;
  for (const why of ['signed-out', 'account-disabled', 'other-account'] as const) if (refused.is(why)) onShutOut(why);
  return refused;
}

async function answer<T>(call: Promise<Answer<T>>, refusalOf = refusal): Promise<T> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw new Unreachable('no answer', { cause });
  });
  if (!response.ok) throw refusalOf(response.status, error, response);
  return data as T;
}

/** Of what is asked about any account: that one may be disabled, and the signed-in one is not. */
const answerOfAny = <T>(call: Promise<Answer<T>>) =>
  answer(call, (status, body) => {
    const refused = new Refused(problemFrom(status, body));
    if (refused.is('other-account')) onShutOut('other-account');
    return refused;
  });

/** Of what begins a session: whoever carries its secret knows whose it is. */
async function beginning<T extends SignedIn>(call: Promise<T>): Promise<T> {
  const begun = await call;
  if (begun.bearer) sessionBegun(begun.bearer, begun.session.account.id);
  return begun;
}

/** Of what is asked in the session with this secret, beside the one that goes on; in that one where there is none. */
const answerIn = <T>(bearer: string | undefined, call: Promise<Answer<T>>) =>
  bearer === undefined ? answer(call) : answerOfAny(call);

/** Names the link that a request is made by: the portal looks at that before it takes a vault or a parcel. */
const byLink = (token: string) => ({ header: { 'Restante-Link': token } });

export const portal = () => answer(http.GET('/api/v1/portal'));

export const inspectInvitation = (token: string) =>
  answer(http.POST('/api/v1/invitations/inspect', { body: { token } }));

export const renewInvitation = (token: string) => answer(http.POST('/api/v1/invitations/renew', { body: { token } }));

export const startRegistration = (
  body: paths['/api/v1/registrations/start']['post']['requestBody']['content']['application/json'],
) => answer(http.POST('/api/v1/registrations/start', { body }));

export const register = (body: paths['/api/v1/registrations']['post']['requestBody']['content']['application/json']) =>
  answer(http.POST('/api/v1/registrations', { body, params: byLink(body.token) }));

/** With `separates`, by the password of the account that had the address before. */
export const startSignIn = (address: string, credentialRequest: string, separates = false) =>
  answerOfAny(http.POST('/api/v1/sign-ins', { body: { address, credential_request: credentialRequest, separates } }));

export const finishSignIn = (signIn: string, finalization: string, carrier: Carrier) =>
  beginning(
    answerOfAny(
      http.POST('/api/v1/sessions', {
        body: { sign_in: signIn, credential_finalization: finalization, carrier },
      }),
    ),
  );

/** Asks for a link that makes this browser known, whatever the address is. */
export const askDeviceLink = (address: string) => answerOfAny(http.POST('/api/v1/device-links', { body: { address } }));

export const inspectDeviceLink = (token: string) =>
  answerOfAny(http.POST('/api/v1/device-links/inspect', { body: { token } }));

export const redeemDeviceLink = (token: string) =>
  answerOfAny(http.POST('/api/v1/device-links/redeem', { body: { token, carrier: 'cookie' } }));

export const session = () => answer(http.GET('/api/v1/session'));

/** Gives the password again, in a session that goes on. */
export const givePassword = (signIn: string, finalization: string) =>
  answer(http.POST('/api/v1/session/password', { body: { sign_in: signIn, credential_finalization: finalization } }));

/** Ends the session with this secret; the one that goes on where none is given. */
export const endSession = (bearer?: string) =>
  answerIn(bearer, http.DELETE('/api/v1/session', { headers: authorization(bearer) }));

/** Ends a session that the browser carries and that no page is open for: its vault could not be opened. */
export const endSessionOf = (account: string) =>
  answerOfAny(http.DELETE('/api/v1/session', { headers: naming(account) }));

export const vault = () => answer(http.GET('/api/v1/vault'));

export const writeVault = (sealed: string, version: number) =>
  answer(http.PUT('/api/v1/vault', { params: { header: { 'If-Match': `"${version}"` } }, body: { sealed } }));

/** Vaults that were replaced, newest first. */
export const pastVaults = () => answer(http.GET('/api/v1/vaults'));

export const pastVault = (version: number) =>
  answer(http.GET('/api/v1/vaults/{version}', { params: { path: { version } } }));

export const parcels = () => answer(http.GET('/api/v1/parcels'));

export const dropParcel = (id: string) => answer(http.DELETE('/api/v1/parcels/{id}', { params: { path: { id } } }));

export const writeCertificate = (certificate: string) =>
  answer(http.PUT('/api/v1/certificate', { body: { certificate } }));

export const activity = () => answer(http.GET('/api/v1/activity'));

export const aliases = () => answer(http.GET('/api/v1/aliases'));

export const promote = (address: string, tellCorrespondents: boolean) =>
  answer(http.POST('/api/v1/aliases/promote', { body: { address, tell_correspondents: tellCorrespondents } }));

export const removeAlias = (address: string) => answer(http.POST('/api/v1/aliases/remove', { body: { address } }));

export const addClaim = (address: string) => answer(http.POST('/api/v1/claims', { body: { address } }));

export const mailClaim = (id: string) => answer(http.POST('/api/v1/claims/{id}/mail', { params: { path: { id } } }));

export const cancelClaim = (id: string) => answer(http.DELETE('/api/v1/claims/{id}', { params: { path: { id } } }));

export const inspectClaim = (token: string) => answerOfAny(http.POST('/api/v1/claims/inspect', { body: { token } }));

export const proveOwner = (token: string, signIn: string, finalization: string) =>
  answerOfAny(
    http.POST('/api/v1/claims/prove', { body: { token, sign_in: signIn, credential_finalization: finalization } }),
  );

export const confirmClaim = (token: string, by: ConfirmBy) =>
  answerOfAny(http.POST('/api/v1/claims/confirm', { body: { token, by }, params: byLink(token) }));

export const separate = (address: string, signIn: string, finalization: string) =>
  answerOfAny(
    http.POST('/api/v1/separations', { body: { address, sign_in: signIn, credential_finalization: finalization } }),
  );

export const refuseClaim = (token: string) => answerOfAny(http.POST('/api/v1/claims/refuse', { body: { token } }));

export const inspectAlarm = (token: string) => answerOfAny(http.POST('/api/v1/alarms/inspect', { body: { token } }));

export const raiseAlarm = (token: string) => answerOfAny(http.POST('/api/v1/alarms', { body: { token } }));

export const prepareRecipients = (addresses: string[], inReplyTo: string | undefined) =>
  answer(http.POST('/api/v1/recipients', { body: { addresses, in_reply_to: inReplyTo ?? null } }));

export const correspondents = (prefix: string, signal?: AbortSignal) =>
  answer(http.GET('/api/v1/correspondents', { params: { query: { prefix } }, signal: signal ?? null }));

export const send = (message: Send, idempotencyKey: string, signal?: AbortSignal) =>
  answer(
    http.POST('/api/v1/messages', {
      params: { header: { 'Idempotency-Key': idempotencyKey } },
      body: message,
      signal: signal ?? null,
    }),
  );

export const deliveries = (folder: Folder, before?: string) =>
  answer(http.GET('/api/v1/deliveries', { params: { query: before ? { folder, before } : { folder } } }));

export const delivery = (id: string) => answer(http.GET('/api/v1/deliveries/{id}', { params: { path: { id } } }));

export const setRead = (id: string, read: boolean) =>
  answer(http.PUT('/api/v1/deliveries/{id}/read', { params: { path: { id } }, body: { read } }));

export const changes = (since: number) => answer(http.GET('/api/v1/changes', { params: { query: { since } } }));

/** Where the portal says that something changed. */
export const eventsUrl = '/api/v1/events';

/** The stream itself, where it has to be asked for as anything else. */
export async function events(signal: AbortSignal): Promise<Response> {
  const ask = (secret: string | undefined) =>
    fetch(eventsUrl, { credentials: credentials(), headers: authorization(secret), signal });
  const response = await inSession(ask, isSignedOut);
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => undefined), response);
  return response;
}

export const invite = (address: string, kind: 'professional' | 'guest') =>
  answer(http.POST('/api/v1/admin/invitations', { body: { address, kind } }));

export const accounts = (before?: string) =>
  answer(http.GET('/api/v1/admin/accounts', { params: { query: before ? { before } : {} } }));

export const setDisabled = (id: string, disabled: boolean) =>
  answer(http.PUT('/api/v1/admin/accounts/{id}/disabled', { params: { path: { id } }, body: { disabled } }));

export const managedAccount = (id: string) =>
  answer(http.GET('/api/v1/admin/accounts/{id}', { params: { path: { id } } }));

export const addClaimFor = (account: string, address: string) =>
  answer(http.POST('/api/v1/admin/accounts/{id}/claims', { params: { path: { id: account } }, body: { address } }));

export const mailClaimFor = (account: string, claim: string) =>
  answer(http.POST('/api/v1/admin/accounts/{id}/claims/{claim}/mail', { params: { path: { id: account, claim } } }));

// Activations, and the way from one client to the next. `bearer` is of a session beside the one that goes on.

export const activations = (bearer?: string) =>
  answerIn(bearer, http.GET('/api/v1/activations', { headers: authorization(bearer) }));

export const activate = (activation: Activate, bearer: string) =>
  answerIn(bearer, http.POST('/api/v1/activations', { body: activation, headers: authorization(bearer) }));

export const setActivationBlocked = (id: string, blocked: boolean, bearer?: string) =>
  answerIn(
    bearer,
    http.PUT('/api/v1/activations/{id}/blocked', {
      params: { path: { id } },
      body: { blocked },
      headers: authorization(bearer),
    }),
  );

export const removeActivation = (id: string, bearer?: string) =>
  answerIn(
    bearer,
    http.DELETE('/api/v1/activations/{id}', { params: { path: { id } }, headers: authorization(bearer) }),
  );

export const beginByActivation = (token: string, version: string) =>
  beginning(answerOfAny(http.POST('/api/v1/activations/sessions', { body: { token, version } })));

export const prepareHandOver = (token: string, wrapped: string) =>
  answer(http.POST('/api/v1/hand-overs', { body: { token, wrapped } }));

/** What the add-in for Outlook wants to know of its portal. */
export const outlook = () => answer(http.GET('/api/v1/outlook'));

export const inspectHandOver = (token: string) =>
  answerOfAny(http.POST('/api/v1/hand-overs/inspect', { body: { token } }));

export const takeHandOver = (token: string) =>
  answerOfAny(http.POST('/api/v1/hand-overs/take', { body: { token, carrier: 'cookie' } }));

export const setActivationBlockedFor = (account: string, activation: string, blocked: boolean) =>
  answer(
    http.PUT('/api/v1/admin/accounts/{id}/activations/{activation}/blocked', {
      params: { path: { id: account, activation } },
      body: { blocked },
    }),
  );

export const programs = () => answer(http.GET('/api/v1/admin/programs'));

export const setLeastVersion = (program: string, least: string | null) =>
  answer(
    http.PUT('/api/v1/admin/programs/{program}/least-version', {
      params: { path: { program } },
      body: { least_version: least },
    }),
  );
