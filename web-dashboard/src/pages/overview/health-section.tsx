import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { summarizeFleet } from '../../api/fleet-summary.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatAbsolute, formatDuration, plural } from '../../ui/format.ts';
import { CheckIcon, CrossIcon, WarningIcon } from '../../ui/icons.tsx';

const looks = {
  ok: { Icon: CheckIcon, title: 'All is well', className: 'bg-good-soft text-good' },
  degraded: { Icon: WarningIcon, title: 'Degraded', className: 'bg-warn-soft text-warn' },
  down: { Icon: CrossIcon, title: 'Down', className: 'bg-bad-soft text-bad' },
} as const;

interface HealthSectionProps {
  readonly overview: Overview;
  /** The control plane has stopped answering. */
  readonly isOld: boolean;
  /** When `overview` arrived. */
  readonly nowMs: number;
}

/** Health in one word, with every reason that the control plane gives. */
export function HealthSection({ overview, isOld, nowMs }: HealthSectionProps) {
  const { Icon, title, className } = looks[overview.health];
  const fleet = summarizeFleet(overview);
  const startedAtMs = Date.parse(overview.startedAt);
  return (
    <section
      id="health"
      aria-labelledby="health-title"
      className="flex flex-wrap items-start justify-between gap-x-8 gap-y-4"
    >
      <div className="flex min-w-0 gap-4">
        <span className={`flex size-12 shrink-0 items-center justify-center rounded-xl ${className}`}>
          <Icon className="size-7!" />
        </span>
        <div className="min-w-0 space-y-1">
          <h1 id="health-title" className="text-[1.714rem] leading-tight font-semibold tracking-tight">
            {isOld ? 'When last seen: ' : ''}
            {isOld ? title.toLowerCase() : title}
          </h1>
          {overview.reasons.length > 0 && (
            <ul className="space-y-0.5">
              {overview.reasons.map((reason) => (
                <li key={reason.text}>{reason.text}</li>
              ))}
            </ul>
          )}
          <p className="text-muted">
            <span title={`Epoch ${overview.snapshot.epoch}`}>Snapshot v{overview.snapshot.version}</span>
            {` answers on ${fleet.serving} of ${plural(overview.gateways.length, 'gateway')} · `}
            {`${plural(overview.models, 'model')}, ${plural(overview.routes, 'route')} · `}
            <time dateTime={overview.startedAt} title={`Since ${formatAbsolute(startedAtMs)}`}>
              control plane up for {formatDuration(nowMs - startedAtMs)}
            </time>
            {` · version ${overview.programVersion}`}
          </p>
        </div>
      </div>
      <CommandLine command="cluster-ai status" />
    </section>
  );
}
