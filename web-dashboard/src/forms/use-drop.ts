import { useEffect, useRef, useState, type RefObject } from 'react';

/** Takes what is dropped on an element. @returns whether something is held over it. */
export function useDrop(element: RefObject<HTMLElement | null>, onDrop: (transfer: DataTransfer) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const newest = useRef(onDrop);
  useEffect(() => {
    newest.current = onDrop;
  });
  useEffect(() => {
    const area = element.current;
    const over = (event: DragEvent) => {
      // Without this the browser would open the file in the place of the page.
      event.preventDefault();
      setIsOver(true);
    };
    const leave = () => setIsOver(false);
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setIsOver(false);
      if (event.dataTransfer !== null) newest.current(event.dataTransfer);
    };
    area?.addEventListener('dragover', over);
    area?.addEventListener('dragleave', leave);
    area?.addEventListener('drop', drop);
    return () => {
      area?.removeEventListener('dragover', over);
      area?.removeEventListener('dragleave', leave);
      area?.removeEventListener('drop', drop);
    };
  }, [element]);
  return isOver;
}
