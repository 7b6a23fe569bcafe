import { inviteUser } from '@cluster-ai/contract/api/users.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../api/client.ts';
import { FormError } from '../../forms/form-error.tsx';
import { problemFields } from '../../forms/problem-fields.ts';
import { TextField } from '../../forms/text-field.tsx';
import { uiText } from '../../i18n/ui-text.ts';
import { usersText } from '../../i18n/users-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { OneTimeLinkShown, type OneTimeLink } from './one-time-link.tsx';
import { RoleChoice } from './role-choice.tsx';

interface InviteDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Asks for e-mail and role, then shows the link that lets the person in. */
export function InviteDialog({ isOpen, onClose }: InviteDialogProps) {
  const t = useText(usersText);
  const [link, setLink] = useState<OneTimeLink | null>(null);
  const close = () => {
    setLink(null);
    onClose();
  };
  return (
    <Dialog
      isOpen={isOpen}
      onClose={close}
      isHeld={link !== null}
      title={link === null ? t('inviteTitle') : t('linkTitle', { email: link.user.email })}
      {...(link === null ? { summary: t('inviteSummary') } : {})}
    >
      {link === null ? (
        <InviteForm onLink={setLink} onCancel={close} />
      ) : (
        <OneTimeLinkShown link={link} onDone={close} />
      )}
    </Dialog>
  );
}

interface InviteFormProps {
  readonly onLink: (link: OneTimeLink) => void;
  readonly onCancel: () => void;
}

function InviteForm({ onLink, onCancel }: InviteFormProps) {
  const t = useText(usersText);
  const ui = useText(uiText);
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const inviting = useMutation({
    mutationFn: () => call(inviteUser, { body: { email: email.trim(), role } }),
    onSuccess: (link) => {
      onLink(link);
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
  const { fields, rest } = problemFields(inviting.error, ['email', 'role']);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!inviting.isPending) inviting.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <FormError error={rest} />
      <TextField
        label={t('email')}
        name="email"
        type="email"
        value={email}
        onChange={setEmail}
        error={fields['email']}
        autoComplete="off"
      />
      <RoleChoice value={role} onChange={setRole} />
      <DialogActions
        command={<CommandLine command={cliWords.inviteUser({ email: email.trim() || 'ana@example.com', role })} />}
      >
        <Button look="quiet" onClick={onCancel}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" isPending={inviting.isPending}>
          {t('inviteAction')}
        </Button>
      </DialogActions>
    </form>
  );
}
