import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';

const radius = 36;
const length = 2 * Math.PI * radius;

const colours = { ok: 'text-good', degraded: 'text-warn', down: 'text-bad' } as const;

/** The score in figures, with a ring that is as full as it is high. */
export function ScoreRing({ score, health }: Pick<Overview, 'score' | 'health'>) {
  const t = useText(overviewText);
  return (
    <p className={`relative size-20 shrink-0 ${colours[health]}`}>
      <svg viewBox="0 0 80 80" className="size-full -rotate-90" fill="none" strokeWidth="6" aria-hidden="true">
        <circle cx="40" cy="40" r={radius} stroke="currentColor" opacity="0.16" />
        <circle
          cx="40"
          cy="40"
          r={radius}
          stroke="currentColor"
          strokeLinecap="round"
          strokeDasharray={`${(score / 100) * length} ${length}`}
          opacity={score === 0 ? 0 : 1}
        />
      </svg>
      <span className="sr-only">{t('score', { score })}</span>
      <span
        aria-hidden="true"
        title={t('score', { score })}
        className="absolute inset-0 flex flex-col items-center justify-center text-xl font-semibold tracking-tight text-ink tabular-nums"
      >
        {score}
      </span>
    </p>
  );
}
