// What takes a password given lately: it is asked for in place where the portal wants it, and then done.
import { isRefused } from '../../api/problem';
import { t } from '../../text';
import { waitText } from '../../text/formats';
import { problemText } from '../../text/problem-text';
import { isVaultError } from '../../vault/client';

class PasswordQuestion {
  #answer = $state.raw<(given: boolean) => void>();

  get isAsked(): boolean {
    return this.#answer !== undefined;
  }

  /** Asks; answers whether the password was given. Who asks while it is asked gets the same answer. */
  ask(): Promise<boolean> {
    const before = this.#answer;
    return new Promise((resolve) => {
      this.#answer = (given) => {
        before?.(given);
        resolve(given);
      };
    });
  }

  /** The password was given, or the question closed. */
  answer(given: boolean): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(given);
  }
}

export const passwordQuestion = new PasswordQuestion();

/**
 * Does something that may take a password given lately. Where the portal refuses it for that, the person is asked, and it
 * is done after all; where they close the question, the refusal stands.
 */
export async function withPassword<T>(action: () => Promise<T>, question = passwordQuestion): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!isRefused(error, 'password-needed') || !(await question.ask())) throw error;
    return action();
  }
}

/** What to tell a person whose password was not taken. */
export function passwordProblem(error: unknown): string {
  if (isVaultError(error, 'wrong-password') || isRefused(error, 'wrong-credentials')) return t('give-password.wrong');
  if (isRefused(error, 'too-many-attempts') && error.retryAfter) {
    return t('give-password.slowed', { wait: waitText(error.retryAfter) });
  }
  return problemText(error);
}
