import type { Overview } from '@cluster-ai/contract/api/system.ts';
import type { Lists } from '../../api/lists.ts';
import { playgroundTargets, type PlaygroundTarget } from '../../api/playground-targets.ts';
import { sum } from '../../api/fleet-summary.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatPercent } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Notice } from '../../ui/status.tsx';
import { PlaygroundForm } from './playground-form.tsx';

interface PlaygroundSectionProps {
  readonly overview: Overview;
  readonly lists: Lists;
  readonly chosen: string | undefined;
  readonly onChoose: (route: string) => void;
}

/** Calls any route from a form that its signature makes, and shows the same call as code. */
export function PlaygroundSection({ overview, lists: { models, routes }, chosen, onChoose }: PlaygroundSectionProps) {
  const targets = playgroundTargets(models?.items ?? [], routes?.items ?? []);
  const target = targets.find((entry) => entry.route === chosen) ?? targets[0];
  const isUnknown = chosen !== undefined && target !== undefined && target.route !== chosen;
  return (
    <Section
      id="playground"
      title="Playground"
      summary="Send a real prediction through the gateway, then take the call with you."
    >
      {isUnknown && (
        <Notice tone="warn" title={`No route is called “${chosen}”`}>
          <p>It may have been deleted, or the address is mistyped. The first route is chosen instead.</p>
        </Notice>
      )}
      <Panel>
        {target === undefined ? (
          <EmptyState title="Nothing to call yet" command="cluster-ai model push my-model ./model.onnx">
            <p>A pushed model gets a route of its own name and can be called here as soon as it is ready.</p>
          </EmptyState>
        ) : (
          <>
            <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-5 py-4">
              <label className="flex items-center gap-2.5 font-medium">
                Model
                <select
                  value={target.route}
                  onChange={(event) => onChoose(event.target.value)}
                  className="rounded-md border border-line-strong bg-surface px-3 py-1.5 font-normal"
                >
                  {targets.map((entry) => (
                    <option key={entry.route} value={entry.route}>
                      {entry.route}
                    </option>
                  ))}
                </select>
              </label>
              <p className="text-muted">{describeVariants(target)}</p>
            </div>
            <PlaygroundForm
              key={`${target.route}/${target.version.digest}`}
              target={target}
              gatewayUrl={gatewayUrl(overview)}
            />
          </>
        )}
      </Panel>
    </Section>
  );
}

function describeVariants({ model, variants }: PlaygroundTarget): string {
  const weights = sum(variants.map((variant) => variant.weight));
  const shares = variants.map(
    ({ version, weight }) => `${formatPercent(weights === 0 ? 0 : weight / weights)} v${version}`,
  );
  return `Answered by ${model}: ${shares.join(', ')}`;
}

/** Where the snippets call: a gateway that is there, or the address that `up` uses. */
function gatewayUrl(overview: Overview): string {
  const gateway = overview.gateways.find((entry) => entry.connected) ?? overview.gateways[0];
  return gateway?.report.httpUrl.replace(/\/+$/, '') ?? 'http://localhost:8000';
}
