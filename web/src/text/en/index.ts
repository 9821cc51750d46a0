// The English catalogue, a file a capability.
import { account } from './account';
import { activations } from './activations';
import { aliases } from './aliases';
import { compose } from './compose';
import { confirmation } from './confirmation';
import { deviceLink } from './device-link';
import { entrance } from './entrance';
import { general } from './general';
import { handOver } from './hand-over';
import { keyrings } from './keyrings';
import { mailbox } from './mailbox';
import { outlookDevice } from './outlook-device';
import { outlookPane } from './outlook-pane';
import { outlook } from './outlook';
import { problems } from './problems';
import { reading } from './reading';

export const en = {
  ...general,
  ...entrance,
  ...deviceLink,
  ...mailbox,
  ...reading,
  ...compose,
  ...account,
  ...activations,
  ...aliases,
  ...confirmation,
  ...handOver,
  ...keyrings,
  ...outlookDevice,
  ...outlookPane,
  ...outlook,
  ...problems,
} as const;
