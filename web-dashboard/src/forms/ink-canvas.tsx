import { useEffect, useRef } from 'react';
import { gridSide, type DigitGrid } from './digit-grid.ts';

/** A drawing on the screen, in the colour of text. The colour is read when it is drawn: give it the theme as `key`. */
export function InkCanvas({ grid }: { readonly grid: DigitGrid }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, grid);
  }, [grid]);
  return (
    <canvas
      ref={canvas}
      width={gridSide}
      height={gridSide}
      aria-hidden="true"
      className="block size-full [image-rendering:pixelated]"
    />
  );
}

function paint(canvas: HTMLCanvasElement, grid: DigitGrid): void {
  const context = canvas.getContext('2d');
  // Null only when the canvas already serves another kind of context, and this one never does.
  if (context === null) throw new Error('the drawing pad got no 2d context');
  context.clearRect(0, 0, gridSide, gridSide);
  context.fillStyle = getComputedStyle(canvas).color;
  for (const [index, ink] of grid.entries()) {
    context.globalAlpha = ink;
    context.fillRect(index % gridSide, Math.floor(index / gridSide), 1, 1);
  }
}
