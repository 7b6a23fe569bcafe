import { loadRoute, type Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { routeText } from '../../i18n/route-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Notice } from '../../ui/status.tsx';
import { toast } from '../../ui/toast-store.ts';
import { useRouteChanged } from './use-route-changed.ts';

/** Says that gateways hold nothing of a route, because somebody has unloaded it, and loads it again. */
export function UnloadedNotice({ route: { name } }: { readonly route: Route }) {
  const t = useText(routeText);
  const { reason } = useCan('operator');
  const changed = useRouteChanged();
  const loading = useMutation({
    mutationFn: () => call(loadRoute, { params: { name } }),
    onSuccess: (answer) => {
      changed(answer);
      toast(t('loaded', { route: name }));
    },
  });
  return (
    <Notice tone="warn" title={t('unloadedTitle')}>
      <p>{t('unloadedText')}</p>
      <p className="flex flex-wrap items-center gap-2">
        <Button look="quiet" disabledReason={reason} isPending={loading.isPending} onClick={() => loading.mutate()}>
          {t('load')}
        </Button>
        <CommandLine command={cliWords.loadRoute(name)} />
      </p>
      <FormError error={loading.error} />
    </Notice>
  );
}
