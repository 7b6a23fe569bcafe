import { gridSide, type DigitGrid } from './digit-grid.ts';
import { fitted, inkOfPixels } from './image-ink.ts';

/**
 * Reads a picture file as a drawing of 28 by 28.
 * @throws Error with the words of `refusal` when the browser cannot read it as one
 */
export async function readPicture(file: Blob, refusal: string): Promise<DigitGrid> {
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new Error(refusal, { cause });
  });
  try {
    const canvas = document.createElement('canvas');
    canvas.width = gridSide;
    canvas.height = gridSide;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('the browser gives no 2d canvas');
    const { x, y, width, height } = fitted(bitmap.width, bitmap.height);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, x, y, width, height);
    return inkOfPixels(context.getImageData(0, 0, gridSide, gridSide).data);
  } finally {
    bitmap.close();
  }
}
