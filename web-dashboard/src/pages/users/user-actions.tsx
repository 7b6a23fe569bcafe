import { createUserLink, deleteUser, updateUser, type User } from '@cluster-ai/contract/api/users.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { usersText } from '../../i18n/users-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { MoreIcon } from '../../ui/icons.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast-store.ts';
import { OneTimeLinkShown } from './one-time-link.tsx';
import { RoleDialog } from './role-dialog.tsx';

interface UserActionsProps {
  readonly user: User;
  /** The reader’s own row: what would shut them out is for somebody else to do. */
  readonly isSelf: boolean;
}

type Asked = 'role' | 'link' | 'disable' | 'remove';

/** What can be done with one person. */
export function UserActions({ user, isSelf }: UserActionsProps) {
  const t = useText(usersText);
  const { reason } = useCan('admin');
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const enabling = useUserChange((email) => t('wasEnabled', { email }), close);
  const shutsOut = reason ?? (isSelf ? t('notYourself') : undefined);
  const { email } = user;
  return (
    <>
      <Menu
        trigger={
          <Button look="plain" size="small" aria-label={t('actionsFor', { email })}>
            <MoreIcon />
          </Button>
        }
      >
        <MenuItem disabledReason={shutsOut} onChoose={() => setAsked('role')}>
          {t('changeRole')}
        </MenuItem>
        <MenuItem disabledReason={reason} onChoose={() => setAsked('link')}>
          {t('newLink')}
        </MenuItem>
        <MenuSeparator />
        {user.state === 'disabled' ? (
          <MenuItem disabledReason={reason} onChoose={() => enabling.mutate({ user, body: { disabled: false } })}>
            {t('enable')}
          </MenuItem>
        ) : (
          <MenuItem disabledReason={shutsOut} onChoose={() => setAsked('disable')}>
            {t('disable')}
          </MenuItem>
        )}
        <MenuItem look="danger" disabledReason={shutsOut} onChoose={() => setAsked('remove')}>
          {t('remove')}
        </MenuItem>
      </Menu>
      {/* Made when they are asked for: a page has many rows. */}
      {asked === 'role' && <RoleDialog user={user} isOpen onClose={close} />}
      {asked === 'link' && <LinkDialog user={user} isOpen onClose={close} />}
      {asked === 'disable' && <DisableDialog user={user} isOpen onClose={close} />}
      {asked === 'remove' && <RemoveDialog user={user} isOpen onClose={close} />}
    </>
  );
}

interface AboutUser {
  readonly user: User;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface UserChange {
  readonly user: User;
  readonly body: z.input<typeof updateUser.body>;
}

function useUserChange(done: (email: string) => string, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ user, body }: UserChange) => call(updateUser, { params: { id: user.id }, body }),
    onSuccess: ({ email }) => {
      toast(done(email));
      onDone();
      void client.invalidateQueries({ queryKey: ['users'] });
    },
    onError: (error) => toast(error.message, 'bad'),
  });
}

function DisableDialog({ user, isOpen, onClose }: AboutUser) {
  const t = useText(usersText);
  const { email } = user;
  const disabling = useUserChange(() => t('wasDisabled', { email }), onClose);
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('disableTitle', { email })}
      action={t('disableAction')}
      command={cliWords.disableUser(email)}
      isPending={disabling.isPending}
      error={disabling.error}
      onConfirm={() => disabling.mutate({ user, body: { disabled: true } })}
    >
      <p>{t('disableText')}</p>
    </ConfirmDialog>
  );
}

function RemoveDialog({ user, isOpen, onClose }: AboutUser) {
  const t = useText(usersText);
  const client = useQueryClient();
  const { email } = user;
  const removing = useMutation({
    mutationFn: () => call(deleteUser, { params: { id: user.id } }),
    onSuccess: () => {
      toast(t('wasRemoved', { email }));
      onClose();
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      typed={email}
      title={t('removeTitle', { email })}
      action={t('removeAction')}
      command={cliWords.deleteUser(email)}
      isPending={removing.isPending}
      error={removing.error}
      onConfirm={() => removing.mutate()}
    >
      <p>{t('removeText')}</p>
    </ConfirmDialog>
  );
}

/** Makes the link only when it was asked for a second time: making one ends the link before it. */
function LinkDialog({ user, isOpen, onClose }: AboutUser) {
  const t = useText(usersText);
  const { email } = user;
  const making = useMutation({ mutationFn: () => call(createUserLink, { params: { id: user.id } }) });
  const close = () => {
    making.reset();
    onClose();
  };
  return (
    <Dialog isOpen={isOpen} onClose={close} isHeld={making.isSuccess} title={t('linkTitle', { email })}>
      {making.data === undefined ? (
        <div className="space-y-4">
          <p className="text-muted">{t('newLinkHint')}</p>
          <FormError error={making.error} />
          <div className="flex justify-end">
            <Button look="primary" isPending={making.isPending} onClick={() => making.mutate()}>
              {t('inviteAction')}
            </Button>
          </div>
        </div>
      ) : (
        <OneTimeLinkShown link={making.data} onDone={close} />
      )}
    </Dialog>
  );
}
