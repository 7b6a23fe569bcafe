import type { inviteUser } from '@cluster-ai/contract/api/users.ts';
import type { z } from 'zod';
import { usersText } from '../../i18n/users-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { SecretOnce } from '../../ui/secret-once.tsx';
import { useFormat } from '../../ui/format.ts';

export type OneTimeLink = z.output<typeof inviteUser.answer>;

/** The link in the one moment in which it can be seen. */
export function OneTimeLinkShown({ link, onDone }: { readonly link: OneTimeLink; readonly onDone: () => void }) {
  const t = useText(usersText);
  const { absolute } = useFormat();
  return (
    <div className="space-y-3">
      <p className="text-muted">{t('linkUntil', { at: absolute(Date.parse(link.expiresAt)) })}</p>
      <SecretOnce label={t('linkLabel')} secret={link.url} onDone={onDone} />
    </div>
  );
}
