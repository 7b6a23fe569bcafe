import { updateUser, type User } from '@cluster-ai/contract/api/users.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { FormError } from '../../forms/form-error.tsx';
import { uiText } from '../../i18n/ui-text.ts';
import { usersText } from '../../i18n/users-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast-store.ts';
import { RoleChoice } from './role-choice.tsx';

interface RoleDialogProps {
  readonly user: User;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Gives a person another role. */
export function RoleDialog({ user, isOpen, onClose }: RoleDialogProps) {
  const t = useText(usersText);
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('changeRoleTitle', { email: user.email })}
      summary={t('changeRoleSummary')}
    >
      <RoleForm user={user} onClose={onClose} />
    </Dialog>
  );
}

function RoleForm({ user, onClose }: Omit<RoleDialogProps, 'isOpen'>) {
  const t = useText(usersText);
  const ui = useText(uiText);
  const client = useQueryClient();
  const [role, setRole] = useState(user.role);
  const changing = useMutation({
    mutationFn: () => call(updateUser, { params: { id: user.id }, body: { role } }),
    onSuccess: ({ email }) => {
      toast(t('roleChanged', { email, role: t(role) }));
      onClose();
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  return (
    <div className="space-y-4">
      <FormError error={changing.error} />
      <RoleChoice value={role} onChange={setRole} />
      <DialogActions command={<CommandLine command={cliWords.setRole(user.email, role)} />}>
        <Button look="quiet" onClick={onClose}>
          {ui('cancel')}
        </Button>
        <Button look="primary" isPending={changing.isPending} onClick={() => changing.mutate()}>
          {t('changeRoleAction')}
        </Button>
      </DialogActions>
    </div>
  );
}
