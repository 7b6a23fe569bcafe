import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { getRouteApi } from '@tanstack/react-router';
import { modelText } from '../../i18n/model-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';

const route = getRouteApi('/shell/models/$name/compare');

/** Versions of a model side by side. */
export function ModelComparePage() {
  const t = useText(modelText);
  const shell = useText(shellText);
  const { name } = route.useParams();
  return (
    <>
      <PageHeader
        title={t('compare')}
        crumbs={[
          { label: shell('models'), link: pathTo.models() },
          { label: name, link: pathTo.model(name) },
        ]}
      />
      <Panel>
        <EmptyState title={t('choose')} command={cliWords.showModel(name)}>
          {null}
        </EmptyState>
      </Panel>
    </>
  );
}
