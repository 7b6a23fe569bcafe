import { useId, useState } from 'react';
import { inferenceText } from '../i18n/inference-text.ts';
import { playgroundText } from '../i18n/playground-text.ts';
import { useText } from '../i18n/use-text.ts';
import { useFormat } from '../ui/format.ts';
import { MediaDrop } from './media-drop.tsx';
import { readWav, resampled } from './read-wav.ts';
import { speechRateHz } from './speech-example.ts';
import { loudestWindow, peaksOf, samplesText, windowAt, windowsOf, windowStep } from './speech-window.ts';

/** Largest recording, bytes: over five minutes of 16-bit stereo at 48 kHz. */
const recordingBytesMax = 64 * 1024 * 1024;

const recordingMegabytes = recordingBytesMax / 1024 / 1024;

/** Bars of the waveform. */
const barsCount = 160;

interface Clip {
  readonly name: string;
  readonly samples: Float32Array;
  readonly peaks: readonly number[];
  readonly index: number;
}

/** A recording from a file, of which one window goes into the form. */
export function AudioClip({ onWindow }: { readonly onWindow: (text: string) => void }) {
  const t = useText(playgroundText);
  const words = useText(inferenceText);
  const [clip, setClip] = useState<Clip | null>(null);
  const show = (next: Clip) => {
    setClip(next);
    onWindow(samplesText(windowAt(next.samples, next.index)));
  };
  const take = async (file: File) => {
    const recording = readWav(new Uint8Array(await file.arrayBuffer()));
    if (!recording.ok) throw new Error(recording.problem(words));
    const samples = resampled(recording.value, speechRateHz);
    show({ name: file.name, samples, peaks: peaksOf(samples, barsCount), index: loudestWindow(samples) });
  };
  return (
    <div className="space-y-2">
      <MediaDrop
        label={t('chooseAudio')}
        accept=".wav,audio/wav,audio/x-wav"
        bytesMax={recordingBytesMax}
        tooLarge={t('fileTooLarge', { megabytes: String(recordingMegabytes) })}
        onFile={take}
      >
        <span>{t('dropAudio')}</span>
      </MediaDrop>
      {clip !== null && <ClipPosition clip={clip} onMove={(index) => show({ ...clip, index })} />}
    </div>
  );
}

function ClipPosition({ clip, onMove }: { readonly clip: Clip; readonly onMove: (index: number) => void }) {
  const t = useText(playgroundText);
  const { number } = useFormat();
  const id = useId();
  const last = windowsOf(clip.samples) - 1;
  const at = t('audioAt', {
    at: number((clip.index * windowStep) / speechRateHz),
    of: number(clip.samples.length / speechRateHz),
  });
  return (
    <div className="space-y-1">
      <Waveform clip={clip} />
      <label htmlFor={id} className="block text-sm">
        {t('audioPosition', { name: clip.name })}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={last}
        value={clip.index}
        aria-valuetext={at}
        onChange={(event) => onMove(Number(event.target.value))}
        className="block w-full accent-accent"
      />
      <p className="text-sm text-muted tabular-nums">{at}</p>
    </div>
  );
}

/** The recording as bars, with a mark on what is sent. */
function Waveform({ clip: { peaks, samples, index } }: { readonly clip: Clip }) {
  const marked = {
    x: (index * windowStep * barsCount) / samples.length,
    width: (windowStep * barsCount) / samples.length,
  };
  const path = peaks.map((peak, bar) => `M${bar + 0.5} ${20 - 19 * Math.max(0.02, peak)}v${38 * Math.max(0.02, peak)}`);
  return (
    <svg
      viewBox={`0 0 ${barsCount} 40`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="block h-14 w-full rounded-md bg-sunken text-muted"
    >
      <rect x={marked.x} width={Math.max(1, marked.width)} height="40" fill="var(--accent)" opacity="0.35" />
      <path d={path.join('')} stroke="currentColor" strokeWidth="0.7" fill="none" />
    </svg>
  );
}
