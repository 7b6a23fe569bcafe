import type { TextTensor } from '../../inference/text-tensor.ts';
import { playgroundText } from '../../i18n/playground-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { formatShape } from '../../ui/format.ts';

/** A row of at most this many scores is drawn as bars. */
const barsMax = 20;

/** Values past this are counted, not listed. */
const listedMax = 256;

/** One output: scores of one row as bars with their figures, anything else as values. */
export function OutputView({ output, classes }: { readonly output: TextTensor; readonly classes: readonly string[] }) {
  const t = useText(playgroundText);
  const scores = output.elements.map(Number);
  return (
    <section aria-label={t('output', { name: output.name })} className="space-y-2">
      <h3 className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{output.name}</span>
        <span className="font-mono text-xs text-muted">
          {output.datatype} {formatShape(output.shape)}
        </span>
      </h3>
      {isScoreRow(output, scores) ? <Scores scores={scores} classes={classes} /> : <Values output={output} />}
    </section>
  );
}

/** One row of floating-point values between 0 and 1. */
function isScoreRow(output: TextTensor, scores: readonly number[]): boolean {
  const isRow = output.shape.length > 0 && output.shape.at(-1) === scores.length;
  const isFloat = output.datatype.startsWith('FP');
  return (
    isRow &&
    isFloat &&
    scores.length > 0 &&
    scores.length <= barsMax &&
    scores.every((score) => score >= 0 && score <= 1)
  );
}

function Scores({ scores, classes }: { readonly scores: readonly number[]; readonly classes: readonly string[] }) {
  const t = useText(playgroundText);
  const rows = scores.map((score, index) => ({
    score,
    name: classes[index] ?? (scores.length === 1 ? '' : String(index)),
    isTop: areProbabilities(scores) && score === Math.max(...scores),
  }));
  return (
    <ol className="grid grid-cols-[minmax(1.5rem,auto)_1fr_auto] gap-y-1.5">
      {rows.map(({ name, score, isTop }) => (
        <li
          key={name}
          className={`col-span-3 grid grid-cols-subgrid items-center gap-x-3 ${isTop ? 'font-semibold' : ''}`}
        >
          <span>{name}</span>
          <span className="h-2.5 rounded-full bg-sunken" aria-hidden="true">
            <span
              className={`block h-full rounded-full ${isTop ? 'bg-accent' : 'bg-line-strong'}`}
              style={{ width: `${score * 100}%` }}
            />
          </span>
          <span className="tabular-nums">
            {score.toFixed(4)}
            {isTop && <span className="sr-only"> {t('largest')}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Shares of one whole: only then does the largest mean a choice among the others. */
function areProbabilities(scores: readonly number[]): boolean {
  const sum = scores.reduce((total, score) => total + score, 0);
  return scores.length > 1 && Math.abs(sum - 1) < 0.01;
}

function Values({ output }: { readonly output: TextTensor }) {
  const t = useText(playgroundText);
  const { elements } = output;
  if (elements.length === 0) return <p className="text-muted">{t('empty')}</p>;
  const hidden = elements.length - listedMax;
  return (
    <div className="space-y-1">
      <section
        aria-label={t('valuesOf', { name: output.name })}
        tabIndex={0}
        className="max-h-56 overflow-auto rounded-lg border border-line bg-sunken p-3 font-mono text-sm break-words whitespace-pre-wrap"
      >
        {rowLines(output).join('\n')}
      </section>
      {hidden > 0 && <p className="text-muted">{t('moreValues', { count: hidden })}</p>}
    </div>
  );
}

/** One line a row of the last dimension; strings stand one a line. */
function rowLines({ datatype, shape, elements }: TextTensor): string[] {
  const listed = elements.slice(0, listedMax);
  const width = datatype === 'BYTES' ? 1 : Math.max(1, shape.at(-1) ?? 1);
  return Array.from({ length: Math.ceil(listed.length / width) }, (_unused, row) =>
    listed.slice(row * width, (row + 1) * width).join(', '),
  );
}
