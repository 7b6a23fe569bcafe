import { ifMatchRevision } from '@cluster-ai/contract/api/if-match.ts';
import { rollbackRoute, type Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { routeText } from '../../i18n/route-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { toast } from '../../ui/toast-store.ts';
import type { Revision } from './revision-list.tsx';
import { SharePreview } from './share-preview.tsx';
import { useRouteChanged } from './use-route-changed.ts';

interface RollbackDialogProps {
  readonly route: Route;
  readonly revision: Revision;
  readonly onClose: () => void;
}

/** Shows what a rollback would do, and does it. */
export function RollbackDialog({ route, revision, onClose }: RollbackDialogProps) {
  const t = useText(routeText);
  const changed = useRouteChanged();
  const { name } = route;
  const number = String(revision.revision);
  const rolling = useMutation({
    mutationFn: () =>
      call(rollbackRoute, {
        params: { name },
        body: { revision: revision.revision },
        ifMatch: ifMatchRevision(route),
      }),
    onSuccess: (answer) => {
      changed(answer);
      toast(t('rolledBack', { route: name, revision: number }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={t('rollbackTitle', { route: name, revision: number })}
      action={t('rollbackAction')}
      look="primary"
      command={cliWords.rollbackRoute(name, revision.revision)}
      isPending={rolling.isPending}
      error={rolling.error}
      onConfirm={() => rolling.mutate()}
    >
      <div className="space-y-3">
        <p>{t('rollbackText')}</p>
        <SharePreview before={route.variants} after={revision.variants} />
      </div>
    </ConfirmDialog>
  );
}
