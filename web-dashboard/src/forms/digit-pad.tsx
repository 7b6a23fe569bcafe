import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { playgroundText } from '../i18n/playground-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { useThemeShown } from '../ui/theme.ts';
import { MediaDrop } from './media-drop.tsx';
import { InkCanvas } from './ink-canvas.tsx';
import { readPicture } from './read-picture.ts';
import {
  prepared,
  drawLine,
  emptyGrid,
  gridFromText,
  gridSide,
  gridText,
  type DigitGrid,
  type GridPoint,
} from './digit-grid.ts';

const middle: GridPoint = { x: gridSide / 2, y: gridSide / 2 };

/** Largest picture, bytes: more than any phone's photograph. */
const pictureBytesMax = 32 * 1024 * 1024;

interface DigitPadProps {
  /** The prepared drawing as it will be sent. */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A pad to draw one digit on, by pointer or by keyboard. What is sent is the drawing as MNIST would have it. */
export function DigitPad({ text, onChange }: DigitPadProps) {
  const t = useText(playgroundText);
  const [grid, setGrid] = useState<DigitGrid>(() => gridFromText(text) ?? emptyGrid());
  const [sent, setSent] = useState(text);
  const [pen, setPen] = useState<GridPoint>(middle);
  const theme = useThemeShown();

  // An example was chosen, or the values were edited as text: the pad shows what the form holds.
  if (text !== sent) {
    setSent(text);
    setGrid(gridFromText(text) ?? emptyGrid());
  }

  const show = (next: DigitGrid) => {
    const nextText = gridText(prepared(next));
    setGrid(next);
    setSent(nextText);
    onChange(nextText);
  };
  const drawTo = (point: GridPoint) => {
    show(drawLine(grid, pen, point));
    setPen(point);
  };
  const pointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const point = pointOf(event);
    show(drawLine(grid, point, point));
    setPen(point);
  };
  const pointerMove = (event: PointerEvent<HTMLElement>) => {
    if ((event.buttons & 1) === 1) drawTo(pointOf(event));
  };
  const keyDown = (event: KeyboardEvent) => {
    const step = keySteps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const point = { x: clamp(pen.x + step[0]), y: clamp(pen.y + step[1]) };
    // Shift lifts the pen.
    if (event.shiftKey) setPen(point);
    else drawTo(point);
  };
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-start gap-4">
        <button
          type="button"
          aria-roledescription={t('padRole')}
          aria-label={t('padLabel')}
          onPointerDown={pointerDown}
          onPointerMove={pointerMove}
          onKeyDown={keyDown}
          className="group relative size-56 cursor-crosshair touch-none overflow-hidden rounded-lg border border-line-strong bg-sunken"
        >
          <InkCanvas key={theme} grid={grid} />
          <PenMark pen={pen} />
        </button>
        <div className="max-w-56 space-y-3 text-muted">
          <p>{t('drawOne')}</p>
          <p className="text-xs">{t('byKeyboard')}</p>
          <Button look="quiet" onClick={() => show(emptyGrid())}>
            {t('clear')}
          </Button>
          <div className="flex items-center gap-3">
            <div className="size-14 shrink-0 overflow-hidden rounded border border-line bg-sunken">
              <InkCanvas key={theme} grid={gridFromText(text) ?? emptyGrid()} />
            </div>
            <p className="text-xs">{t('asSent')}</p>
          </div>
        </div>
      </div>
      <MediaDrop
        label={t('choosePicture')}
        accept="image/png,image/jpeg"
        bytesMax={pictureBytesMax}
        tooLarge={t('fileTooLarge', { megabytes: String(pictureBytesMax / 1024 / 1024) })}
        onFile={async (file) => show(await readPicture(file, t('noPicture')))}
      >
        <span>{t('dropPicture')}</span>
      </MediaDrop>
    </div>
  );
}

const keySteps: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function clamp(position: number): number {
  return Math.max(0.5, Math.min(gridSide - 0.5, position));
}

function PenMark({ pen }: { readonly pen: GridPoint }) {
  return (
    <svg
      viewBox={`0 0 ${gridSide} ${gridSide}`}
      className="pointer-events-none absolute inset-0 hidden size-full group-focus-visible:block"
      aria-hidden="true"
    >
      <circle cx={pen.x} cy={pen.y} r="0.8" fill="none" stroke="var(--accent)" strokeWidth="0.35" />
    </svg>
  );
}

function pointOf(event: PointerEvent<HTMLElement>): GridPoint {
  const box = event.currentTarget.getBoundingClientRect();
  return {
    x: ((event.clientX - box.left) / box.width) * gridSide,
    y: ((event.clientY - box.top) / box.height) * gridSide,
  };
}
