// The English catalogue, a file a capability.
import { account } from './account';
import { compose } from './compose';
import { entrance } from './entrance';
import { general } from './general';
import { mailbox } from './mailbox';
import { problems } from './problems';
import { reading } from './reading';

export const en = { ...general, ...entrance, ...mailbox, ...reading, ...compose, ...account, ...problems } as const;
