// The page behind a confirmation link: what is asked, and the three ways to answer.
import { fromBase64, fromBase64Url, toBase64 } from '../../api/bytes';
import * as api from '../../api/client';
import { sealingTime } from '../../api/clock';
import { Refused, isRefused, type ProblemKind } from '../../api/problem';
import type { ClaimShown, Confirmed, ProvedOwner } from '../../api/types';
import { seenVaults } from '../../session/seen-vaults';
import { session } from '../../session/session.svelte';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { vault } from '../../vault/client';
import { canonical } from '../compose/recipients';
import { WrongCharacters, handOver, isWrongPassword, type Parts, type Step } from './hand-over';

/** Why nothing can be confirmed here, each with words and a way on of its own. */
export const endings = [
  'link-unknown',
  'link-expired',
  'link-replaced',
  'claim-ended',
  'claim-confirmed',
  'address-taken',
  'address-yours',
  'only-administrator',
  'account-disabled',
  'too-many-addresses',
  'still-separable',
] as const satisfies readonly ProblemKind[];

export type Ending = (typeof endings)[number];

export type Inspected = { state: 'open'; shown: ClaimShown; token: string } | { state: 'ended'; ending: Ending };

/** What the link's fragment stands for. */
export async function inspect(fragment: string): Promise<Inspected> {
  const bytes = fromBase64Url(fragment);
  if (bytes?.length !== 32) return { state: 'ended', ending: 'link-unknown' };
  const token = toBase64(bytes);
  try {
    return { state: 'open', shown: await api.inspectClaim(token), token };
  } catch (error) {
    const ending = endingOf(error);
    if (ending) return { state: 'ended', ending };
    throw error;
  }
}

export function endingOf(error: unknown): Ending | undefined {
  return endings.find((kind) => isRefused(error, kind));
}

/** Whether the page has to be looked at again: what was asked is not what there is, or who asks is not signed in. */
export function isOutdated(error: unknown): boolean {
  return isRefused(error, 'claim-changed') || isRefused(error, 'signed-out');
}

/** Whether the claimant is who is signed in in this browser. */
export function isClaimant({ claimant }: ClaimShown): boolean {
  return session.phase.name === 'signed-in' && canonical(session.master) === canonical(claimant.address);
}

export const confirmByClick = (token: string) => api.confirmClaim(token, { kind: 'click' });

export const confirmByNumber = (token: string, number: string) => api.confirmClaim(token, { kind: 'number', number });

/** Confirms with the password of the account that has the address. */
export function confirmByPassword(
  token: string,
  shown: ClaimShown,
  how: 'absorb' | 'move',
  password: string,
  characters: string,
  onStep: (step: Step) => void,
): Promise<{ confirmed: Confirmed; fingerprint: string }> {
  const what = {
    address: shown.address,
    claimant: shown.claimant.address,
    shownFingerprint: shown.claimant_fingerprint,
    ownFingerprint: isClaimant(shown) ? session.fingerprint : undefined,
    characters,
    how,
  };
  return handOver(partsFor(token, shown.address, password), what, onStep);
}

function partsFor(token: string, address: string, password: string): Parts {
  return {
    areCharacters: (of, fingerprint, typed) => vault.call('areClaimCharacters', [of, fingerprint, typed]),
    async prove() {
      const request = await vault.call('startSignIn', [password]);
      const started = await api.startSignIn(address, toBase64(request));
      const finalization = await vault.call('finishSignIn', [fromBase64(started.credential_response), started.setup]);
      return api.proveOwner(token, started.sign_in, toBase64(finalization));
    },
    open: ({ account, vault: stored }: ProvedOwner) => openOther(account, stored),
    addressesIn: (certificate) => vault.call('addressesIn', [certificate]),
    seen: (of, fingerprint) => vault.call('otherSeen', [of, fingerprint]),
    keyring: (certificate, claim, addresses) =>
      vault.call('otherHandsOver', [certificate, claim, addresses, sealingTime()]),
    succession: async (certificate, of) =>
      (await vault.call('otherMoves', [certificate, of, sealingTime()])).succession,
    confirm: (by) => api.confirmClaim(token, by),
    look: () => api.inspectClaim(token),
    close: () => vault.call('closeOther', []),
  };
}

/** The password was right, and the vault still did not open. */
class UnopenableVault extends Error {}

async function openOther(account: string, stored: ProvedOwner['vault']): Promise<void> {
  const slot = stored.slots.find(({ kind }) => kind === 'password');
  if (!slot) throw new UnopenableVault('no slot');
  try {
    // Where it was joined of two, all of it is handed over; there is nobody to store it any more.
    const lastSeen = await seenVaults.last(account);
    const served = { sealed: fromBase64(stored.sealed), account, lastSeen };
    await vault.call('openOther', [served, fromBase64(slot.wrapped)]);
  } catch (cause) {
    throw new UnopenableVault('not opened', { cause });
  }
}

/** After something was confirmed or ended here: this browser's own session may have won keys, or be gone. */
export async function followSession(): Promise<void> {
  if (session.phase.name === 'signed-in') await session.refresh().catch(() => undefined);
}

/** What to tell a person whose confirmation failed and can be tried again. */
export function confirmationProblem(error: unknown, address: string): string {
  if (error instanceof UnopenableVault) return t('confirm.vault-damaged');
  if (error instanceof WrongCharacters) return t('confirm.wrong-characters');
  if (isWrongPassword(error)) return t('confirm.wrong-password', { address });
  if (error instanceof Refused) {
    if (error.is('wrong-number')) {
      return error.triesLeft === undefined
        ? t('confirm.wrong-number-some')
        : t('confirm.wrong-number', { n: error.triesLeft });
    }
    if (error.is('too-many-attempts') && error.retryAfter) {
      return t('give-password.slowed', { wait: waitText(error.retryAfter) });
    }
    if (error.is('version-conflict')) return t('confirm.again');
  }
  return problemText(error);
}
