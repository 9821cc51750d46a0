// What a call to the portal can fail with: a problem document, or no answer at all.
import type { Problem } from './types';

/** Every kind of problem the interface tells apart; what the portal adds later is shown by its own title. */
export const kinds = [
  'malformed',
  'unacceptable',
  'not-sealed',
  'signed-out',
  'other-account',
  'wrong-credentials',
  'account-disabled',
  'not-allowed',
  'foreign-origin',
  'recipients-not-allowed',
  'not-found',
  'method-not-allowed',
  'invitation-unknown',
  'invitation-expired',
  'invitation-used',
  'printed-link-needed',
  'version-conflict',
  'recipients-changed',
  'idempotency-conflict',
  'file-unknown',
  'hash-mismatch',
  'upload-incomplete',
  'too-large',
  'password-needed',
  'sender-changed',
  'activation-unknown',
  'activation-blocked',
  'blocked-by-portal',
  'needs-reactivation',
  'too-many-activations',
  'program-outdated',
  'link-unknown',
  'link-expired',
  'link-replaced',
  'claim-ended',
  'claim-confirmed',
  'claim-changed',
  'address-taken',
  'address-yours',
  'wrong-number',
  'only-administrator',
  'still-separable',
  'not-separable',
  'master-stays',
  'too-many-addresses',
  'too-many-requests',
  'too-many-attempts',
  'timed-out',
  'unavailable',
  'internal',
] as const;

export type ProblemKind = (typeof kinds)[number];

/** The portal did not do what it was asked. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;
  /** How many tries are left, where the portal counts them. */
  readonly triesLeft: number | undefined;
  readonly addresses: readonly string[];

  constructor(readonly problem: Problem) {
    super(problem.title);
    this.status = problem.status;
    this.retryAfter = problem.retry_after ?? undefined;
    this.triesLeft = problem.tries_left ?? undefined;
    this.addresses = problem.addresses ?? [];
  }

  is(kind: ProblemKind): boolean {
    return this.problem.type === kind;
  }
}

/** No answer came: no network, no portal, or something between that is neither. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Whether the same request may well succeed a little later. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && [429, 502, 503, 504].includes(error.status));
}

export function isRefused(error: unknown, kind: ProblemKind): error is Refused {
  return error instanceof Refused && error.is(kind);
}

/** The problem in an answer's body; a proxy's HTML page becomes an `internal` or `unavailable` one. */
export function problemFrom(status: number, body: unknown): Problem {
  if (typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string') {
    return { title: '', status, ...body } as Problem;
  }
  return { type: [502, 503, 504].includes(status) ? 'unavailable' : 'internal', status, title: '' };
}
