// What can be asked of the person before something is done with an activation, and what is done then.
import type { Activation } from '../api/types';
import { programName } from '../features/activations/activation-text';
import type { SignInStep } from '../features/sign-in/sign-in';
import { t } from '../text';
import { activate, block, remove, removeAndActivate, removeOther, setBlocked } from './activating';
import type { Kept } from './activations';
import { partsOf, type Pane } from './pane';
import { removedBy, type Standing } from './standing';

export interface Deed {
  title: string;
  text: string;
  submit: string;
  danger?: boolean;
  /** What it takes the password for, if it does: of which account, by which of its addresses. */
  password?: {
    address: string;
    /** Whether another address can be given. */
    editable?: boolean;
    /** Whether it can be done without, and what that means. */
    without?: string;
  };
  /** Does it, and says that it is done. */
  act(address: string, password: string | undefined, onStep: (step: SignInStep) => void): Promise<string>;
}

export function activateDeed(pane: Pane, address: string): Deed {
  return {
    title: t('pane.activate.title'),
    text: t('pane.activate.lead'),
    submit: t('pane.activate'),
    password: { address, editable: true },
    async act(typed, password = '', onStep) {
      const kept = await activate(partsOf(pane, onStep), typed, password, pane.accounts.shelf.all());
      return t('pane.activate.done', { address: kept.address });
    },
  };
}

export function reactivateDeed(pane: Pane, kept: Kept): Deed {
  return {
    title: t('pane.reactivate.title'),
    text: t('pane.reactivate.text', { address: kept.address }),
    submit: t('pane.reactivate'),
    password: { address: kept.address, editable: true },
    async act(typed, password = '', onStep) {
      const made = await removeAndActivate(partsOf(pane, onStep), kept, typed, password);
      return t('pane.activate.done', { address: made.address });
    },
  };
}

export function removeDeed(pane: Pane, kept: Kept, standing: Standing | undefined): Deed {
  const how = removedBy(standing);
  return {
    title: t('pane.remove.title', { address: kept.address }),
    text: how === 'nobody' ? t('pane.remove.local-only') : t('pane.remove.text'),
    submit: t('pane.remove'),
    danger: true,
    ...(how === 'password' && {
      password: { address: kept.address, editable: true, without: t('pane.remove.password-hint') },
    }),
    async act(address, password, onStep) {
      const proof = password ? { address, password } : undefined;
      const done = await remove(partsOf(pane, onStep), kept, standing, proof);
      return t(`pane.remove.${done}`, { address: kept.address });
    },
  };
}

/** Unblocks the activation of this Outlook. */
export function unblockDeed(pane: Pane, kept: Kept): Deed {
  const named = { program: programName('outlook'), device: pane.device };
  return unblocking(pane, kept.address, kept.id, named);
}

/** What is done with one of the account's activations, this Outlook's own or another's. */
export function deedWith(pane: Pane, kept: Kept, what: 'block' | 'unblock' | 'remove', activation: Activation): Deed {
  const { id, device } = activation;
  const named = { program: programName(activation.program), device };
  const own = id === kept.id;
  if (what === 'unblock') return unblocking(pane, kept.address, id, named);
  if (what === 'remove' && own) return removeDeed(pane, kept, undefined);
  const password = own ? {} : { password: { address: kept.address } };
  if (what === 'remove') {
    return {
      title: t('pane.remove-other.title', named),
      text: t('pane.remove-other.text'),
      submit: t('pane.remove'),
      danger: true,
      ...password,
      async act(address, given = '', onStep) {
        await removeOther(partsOf(pane, onStep), address, given, id);
        return t('pane.remove-other.removed', { program: named.program });
      },
    };
  }
  return {
    title: t('pane.block.title', named),
    text: t('pane.block.text'),
    submit: t('pane.block'),
    danger: true,
    ...password,
    async act(address, given = '', onStep) {
      const parts = partsOf(pane, onStep);
      await (own ? block(parts, kept) : setBlocked(parts, address, given, id, true));
      // The session that goes on has ended with it.
      if (own) await pane.accounts.leave();
      return t('pane.block.done', { program: named.program });
    },
  };
}

function unblocking(pane: Pane, address: string, id: string, named: { program: string; device: string }): Deed {
  return {
    title: t('pane.unblock.title', named),
    text: t('pane.unblock.text'),
    submit: t('pane.unblock'),
    password: { address },
    async act(typed, password = '', onStep) {
      await setBlocked(partsOf(pane, onStep), typed, password, id, false);
      return t('pane.unblock.done', { program: named.program });
    },
  };
}
