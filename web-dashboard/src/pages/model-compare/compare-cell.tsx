import { compareText } from '../../i18n/compare-text.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { useFormat } from '../../ui/format.ts';
import { Timestamp } from '../../ui/timestamp.tsx';
import { LineageValue } from '../model-version/lineage-list.tsx';
import { changeOf, type Subject, type Value } from './compare-versions.ts';

/** Characters of a digest that a cell shows; the whole is its title. */
const digestLength = 12;

const settingKinds: ReadonlySet<Subject['kind']> = new Set<Subject['kind']>([
  'isolation',
  'instances',
  'maxBatchSize',
  'latencyObjectiveMs',
]);

interface CompareCellProps {
  readonly subject: Subject;
  readonly value: Value;
  /** Undefined for the baseline itself. */
  readonly baseline: Value | undefined;
}

/** One value, and how far it is from the baseline's. */
export function CompareCell({ subject, value, baseline }: CompareCellProps) {
  const t = useText(compareText);
  const isSetting = settingKinds.has(subject.kind);
  const version = useText(versionText);
  if (value === null) {
    return <span className="text-muted">{isSetting ? version('gatewaysChoice') : t('notThere')}</span>;
  }
  return (
    <div className="min-w-0 break-words">
      <Plain subject={subject} value={value} />
      <ChangeNote subject={subject} value={value} baseline={baseline} />
    </div>
  );
}

function Plain({ subject: { kind }, value }: { readonly subject: Subject; readonly value: string | number }) {
  const models = useText(modelsText);
  const version = useText(versionText);
  const { bytes } = useFormat();
  switch (kind) {
    case 'sizeBytes':
      return bytes(Number(value));
    case 'digest':
    case 'file':
      return (
        <code className="font-mono text-xs" title={String(value)}>
          {String(value).slice(0, digestLength)}…
        </code>
      );
    case 'input':
    case 'output':
      return <code className="font-mono text-xs">{value}</code>;
    case 'createdAt':
      return <Timestamp at={String(value)} />;
    case 'source':
      return value === 'upload' || value === 'repository' || value === 'https' || value === 'example'
        ? models(value)
        : value;
    case 'isolation':
      return value === 'shared' || value === 'dedicated' ? version(value) : value;
    case 'maxBatchSize':
      return value === 0 ? version('never') : value;
    case 'latencyObjectiveMs':
      return value === 0 ? version('noObjective') : value;
    case 'notes':
      return <span className="whitespace-pre-line">{value}</span>;
    default:
      return <LineageValue value={value} />;
  }
}

function ChangeNote({ subject, value, baseline }: CompareCellProps) {
  const { bytes, percent, number } = useFormat();
  const change = changeOf(baseline, value);
  if (change === null) return null;
  const { difference, share } = change;
  const amount = Math.abs(difference);
  const sign = difference < 0 ? '−' : '+';
  const size = subject.kind === 'sizeBytes' ? bytes(amount) : number(amount, 6);
  return (
    <span className="block text-sm text-muted tabular-nums">
      {sign}
      {size}
      {share !== null && ` (${sign}${percent(Math.abs(share))})`}
    </span>
  );
}
