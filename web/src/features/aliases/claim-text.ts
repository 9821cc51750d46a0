// What is said of a pending claim, alike to its claimant and to an administrator.
import type { Claim } from '../../api/types';
import { t } from '../../text';
import { fullTime } from '../../text/formats';

/** Whether the newest link of the claim no longer works. */
export function isExpired(claim: Claim, now: number): boolean {
  return claim.expires_at <= now;
}

/** Until when the claim's link works, or since when it does not. */
export function expiryText(claim: Claim, now: number): string {
  const time = fullTime(claim.expires_at);
  return isExpired(claim, now) ? t('claim.expired', { time }) : t('claim.until', { time });
}

/** How the claim's newest mail fares. */
export function mailText({ mail }: Claim): string {
  switch (mail.state) {
    case 'waiting':
      return mail.attempts > 0 ? t('claim.mail.retrying', { n: mail.attempts }) : t('claim.mail.waiting');
    case 'sent':
      return t('claim.mail.sent', { time: fullTime(mail.at) });
    case 'failed':
      return mail.refused ? t('claim.mail.refused') : t('claim.mail.failed');
  }
}

/** When what is said of these claims next changes by itself. */
export function nextExpiry(claims: readonly Claim[], now: number): number | undefined {
  const ahead = claims.map(({ expires_at }) => expires_at).filter((at) => at > now);
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}
