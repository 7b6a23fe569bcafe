import { ClusterError } from '@cluster-ai/core/errors.ts';
import { overviewIntervalMs } from '../../api/control-plane.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/section.tsx';
import { Notice } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

const retryText = `The page tries again every ${overviewIntervalMs / 1_000} seconds and goes on by itself.`;

/** Shown above data that is no longer current. */
export function ConnectionNotice({ error, sinceMs }: { readonly error: Error; readonly sinceMs: number }) {
  return (
    <div role="alert">
      <Notice tone="bad" title="The control plane does not answer: everything below is old">
        <p>
          The figures are from <Timestamp atMs={sinceMs} />. Gateways answer predictions without the control plane.{' '}
          {retryText}
        </p>
        <p className="text-muted">{explain(error)}</p>
        <p>
          If it was stopped, start it: <CommandLine command="cluster-ai up" />
        </p>
      </Notice>
    </div>
  );
}

/** Shown while nothing has arrived yet, or nothing can. */
export function NeverConnected({ error }: { readonly error: Error | null }) {
  return (
    <>
      <h1 className="sr-only">Overview</h1>
      {error === null ? (
        <output className="text-muted">Asking the control plane…</output>
      ) : (
        <Panel>
          <div role="alert">
            <EmptyState title="The control plane does not answer" command="cluster-ai up">
              <p>{explain(error)}</p>
              <p>{retryText}</p>
            </EmptyState>
          </div>
        </Panel>
      )}
    </>
  );
}

/** The cause in the server's words and, where it gave one, the next step. */
export function explain(error: Error): string {
  if (!(error instanceof ClusterError)) {
    return 'The answer was not what this version of the dashboard understands. Reload the page.';
  }
  // Nobody answered: the server had no chance to say why, and the notice has the next step itself.
  if (error.code === 'CONTROL_PLANE_UNAVAILABLE') return `Cause: ${error.message}.`;
  const fix = error.fix === undefined ? '' : ` To do: ${error.fix}.`;
  return `Cause: ${error.message} (${error.code}).${fix}`;
}
