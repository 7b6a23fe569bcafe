import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { CommandLine } from '../../../ui/command-line.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { useFormat } from '../../../ui/format.ts';
import { CheckIcon, RestIcon, WarningIcon } from '../../../ui/icons.tsx';
import { Panel, Section } from '../../../ui/section.tsx';
import { adviceWords } from './advice-words.ts';

/** What the figures show, and what to do about it. */
export function AdviceSection({ entry }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const { advice, model } = entry;
  const hasLines = advice.some(({ configuration }) => configuration !== null);
  return (
    <Section
      id="advice"
      title={t('advice')}
      summary={t('adviceSummary')}
      aside={<CommandLine command={cliWords.explainModel(model)} />}
    >
      <Panel>
        <ul className="divide-y divide-line">
          {advice.map((one) => (
            <li key={one.finding} className="px-5 py-4">
              <AdviceItem advice={one} entry={entry} />
            </li>
          ))}
        </ul>
        {hasLines && (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line px-5 py-3 text-sm text-muted">
            {t('adviceHow')}
            <CommandLine command={cliWords.pushModel(model, `./${model}`)} />
          </div>
        )}
      </Panel>
    </Section>
  );
}

interface AdviceItemProps {
  readonly advice: GatewayBatching['advice'][number];
  readonly entry: GatewayBatching;
}

function AdviceItem({ advice, entry }: AdviceItemProps) {
  const t = useText(batchingText);
  const format = useFormat();
  const { finding, change } = adviceWords(advice, entry, t, format);
  const { configuration } = advice;
  return (
    <div className="flex gap-3">
      <AdviceIcon needsChange={change !== null} isWell={advice.kind === 'allWell'} />
      <div className="grid min-w-0 grow gap-x-8 gap-y-2 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="max-w-prose">
          <p className={change === null ? '' : 'font-medium'}>{finding}</p>
          {change !== null && <p className="text-muted">{change}</p>}
        </div>
        {configuration !== null && (
          <div className="min-w-0 space-y-1">
            <p className="text-xs text-muted">{t('configuration')}</p>
            <p className="inline-flex max-w-full items-center gap-1 rounded-md border border-line bg-sunken py-0.5 pr-1 pl-2.5">
              <code className="min-w-0 font-mono text-xs break-words">{configuration}</code>
              <CopyButton text={configuration} what={t('theLines', { lines: configuration })} compact />
            </p>
          </div>
        )}
      </div>
    </div>
  );
}

/** Only repeats what the words say. */
function AdviceIcon({ needsChange, isWell }: { readonly needsChange: boolean; readonly isWell: boolean }) {
  if (needsChange) return <WarningIcon className="mt-1 shrink-0 text-warn" />;
  return isWell ? <CheckIcon className="mt-1 shrink-0 text-good" /> : <RestIcon className="mt-1 shrink-0 text-muted" />;
}
