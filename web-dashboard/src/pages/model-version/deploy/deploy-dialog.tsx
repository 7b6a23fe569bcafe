import type { Model } from '@cluster-ai/contract/api/models.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { useQuery } from '@tanstack/react-query';
import { routesOfQuery } from '../../../api/model-query.ts';
import { useText } from '../../../i18n/use-text.ts';
import { versionText } from '../../../i18n/version-text.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { FailedState } from '../../../ui/failed-state.tsx';
import { SkeletonLines } from '../../../ui/skeleton.tsx';
import { DeployForm } from './deploy-form.tsx';

interface DeployDialogProps {
  readonly model: Model;
  readonly version: number;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Gives a version traffic, with a look at the shares that come of it. */
export function DeployDialog({ model, version, isOpen, onClose }: DeployDialogProps) {
  const t = useText(versionText);
  const routes = useQuery({ ...routesOfQuery(model.name), enabled: isOpen });
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      width="wide"
      title={t('deployTitle', { model: model.name, version: String(version) })}
      summary={t('deploySummary')}
    >
      {routes.data !== undefined ? (
        <DeployForm model={model} version={version} routes={withOwn(model, routes.data.items)} onClose={onClose} />
      ) : routes.error === null ? (
        <SkeletonLines />
      ) : (
        <FailedState error={routes.error} onRetry={() => void routes.refetch()} />
      )}
    </Dialog>
  );
}

/** The route with the model's name first, whatever answers it now. */
function withOwn({ name, route }: Model, routes: readonly Route[]): readonly Route[] {
  const others = routes.filter((entry) => entry.name !== name);
  return route === null ? others : [route, ...others];
}
