import { ifMatchRevision } from '@cluster-ai/contract/api/if-match.ts';
import { deleteRoute, listRouteRevisions, putRoute, type Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { routeText } from '../../i18n/route-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { buttonClass } from '../../ui/button-class.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { MoreIcon } from '../../ui/icons.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx';
import { toast } from '../../ui/toast-store.ts';
import { RollbackDialog } from './rollback-dialog.tsx';
import { SplitDialog } from './split/split-dialog.tsx';
import { useRouteChanged } from './use-route-changed.ts';

const routeApi = getRouteApi('/shell/routes/$name');

type Asked = 'latest' | 'rollback' | 'remove';

/** What can be done to a route. The split stands in the address, so that it can be linked to. */
export function RouteActions({ route }: { readonly route: Route }) {
  const t = useText(routeText);
  const { do: open } = routeApi.useSearch();
  const navigate = routeApi.useNavigate();
  const { reason } = useCan('operator');
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const before = useRevisionBefore(route);
  const splitting = (isOpen: boolean) =>
    void navigate({ search: (old) => ({ ...old, do: isOpen ? 'split' : undefined }), replace: true });
  return (
    <>
      <Link {...pathTo.playground(route.name)} className={buttonClass('quiet')}>
        {t('try')}
      </Link>
      <Button
        look="quiet"
        disabledReason={reason ?? (before === undefined ? t('nothingBefore') : undefined)}
        onClick={() => setAsked('rollback')}
      >
        {t('rollback')}
      </Button>
      <Button look="primary" disabledReason={reason} onClick={() => splitting(true)}>
        {t('splitAction')}
      </Button>
      <Menu
        trigger={
          <Button look="quiet" aria-label={t('more')}>
            <MoreIcon />
          </Button>
        }
      >
        <MenuItem
          disabledReason={reason ?? (route.policy.kind === 'latest' ? t('isLatest') : undefined)}
          onChoose={() => setAsked('latest')}
        >
          {t('latestAction')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem look="danger" disabledReason={reason} onChoose={() => setAsked('remove')}>
          {t('remove')}
        </MenuItem>
      </Menu>
      <SplitDialog route={route} isOpen={open === 'split' && reason === undefined} onClose={() => splitting(false)} />
      {asked === 'rollback' && before !== undefined && (
        <RollbackDialog route={route} revision={before} onClose={close} />
      )}
      <LatestDialog route={route} isOpen={asked === 'latest'} onClose={close} />
      <RemoveDialog route={route} isOpen={asked === 'remove'} onClose={close} />
    </>
  );
}

/** The revision that one press brings back: what the route did before its last change. */
function useRevisionBefore(route: Route) {
  const { data } = useQuery({
    queryKey: ['route-revisions', route.name, route.revision, 'before'],
    queryFn: ({ signal }) => call(listRouteRevisions, { params: { name: route.name }, query: { limit: 2 }, signal }),
  });
  return data?.items.find(({ revision }) => revision < route.revision);
}

interface AboutRoute {
  readonly route: Route;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function LatestDialog({ route, isOpen, onClose }: AboutRoute) {
  const t = useText(routeText);
  const changed = useRouteChanged();
  const { name, variants } = route;
  // A route of several models follows the one with the largest weight.
  const model = variants.toSorted((a, b) => b.weight - a.weight)[0]?.model ?? name;
  const following = useMutation({
    mutationFn: () =>
      call(putRoute, {
        params: { name },
        body: { policy: { kind: 'latest', model } },
        ifMatch: ifMatchRevision(route),
      }),
    onSuccess: (answer) => {
      changed(answer);
      toast(t('nowLatest', { route: name, model }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={t('latestTitle', { route: name })}
      action={t('latestConfirm')}
      look="primary"
      command={cliWords.latestRoute(name, model)}
      isPending={following.isPending}
      error={following.error}
      onConfirm={() => following.mutate()}
    >
      <p>{t('latestText', { model })}</p>
    </ConfirmDialog>
  );
}

function RemoveDialog({ route, isOpen, onClose }: AboutRoute) {
  const t = useText(routeText);
  const client = useQueryClient();
  const navigate = routeApi.useNavigate();
  const { name } = route;
  const removing = useMutation({
    mutationFn: () => call(deleteRoute, { params: { name }, ifMatch: ifMatchRevision(route) }),
    onSuccess: async () => {
      toast(t('removed', { route: name }));
      void client.invalidateQueries({ queryKey: ['routes'] });
      await navigate(pathTo.routes());
    },
  });
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      typed={name}
      title={t('removeTitle', { route: name })}
      action={t('removeAction')}
      command={cliWords.deleteRoute(name)}
      isPending={removing.isPending}
      error={removing.error}
      onConfirm={() => removing.mutate()}
    >
      <p>{t('removeText')}</p>
    </ConfirmDialog>
  );
}
