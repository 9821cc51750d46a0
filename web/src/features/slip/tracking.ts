// How a notification fares, in words.
import type { Notification } from '../../api/types';
import type { IconName } from '../../controls/icons';
import { t } from '../../text';
import { fullTime } from '../../text/formats';

export interface Tracked {
  text: string;
  tone: 'good' | 'warn' | 'bad' | 'soft';
  icon: IconName;
}

export function trackingOf(notification: Notification): Tracked {
  switch (notification.state) {
    case 'sent':
      return { text: t('slip.notification.sent', { time: fullTime(notification.at) }), tone: 'good', icon: 'check' };
    case 'waiting':
      return {
        text:
          notification.attempts > 0
            ? t('slip.notification.retrying', { n: notification.attempts })
            : t('slip.notification.waiting'),
        tone: notification.attempts > 0 ? 'warn' : 'soft',
        icon: notification.attempts > 0 ? 'retry' : 'sent',
      };
    case 'failed': {
      const key = notification.refused ? 'slip.notification.refused' : 'slip.notification.failed';
      return { text: t(key, { time: fullTime(notification.at) }), tone: 'bad', icon: 'warning' };
    }
  }
}
