import { useState, type ReactNode } from 'react';

interface MediaDropProps {
  /** What the button says: "Choose a picture". */
  readonly label: string;
  /** Of the file dialog: `image/png,image/jpeg`. */
  readonly accept: string;
  /** Largest file, bytes: more is refused before it is read. */
  readonly bytesMax: number;
  /** What is said of a larger one. */
  readonly tooLarge: string;
  /** @throws Error when the file cannot be used; its message is shown */
  readonly onFile: (file: File) => Promise<void>;
  readonly children?: ReactNode;
}

/** A place to drop one file on, with a button for who does not drag. The file stays in the browser. */
export function MediaDrop({ label, accept, bytesMax, tooLarge, onFile, children }: MediaDropProps) {
  const [isOver, setIsOver] = useState(false);
  const [error, setError] = useState('');
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      if (file.size > bytesMax) throw new Error(tooLarge);
      await onFile(file);
      setError('');
    } catch (thrown) {
      setError(thrown instanceof Error ? thrown.message : String(thrown));
    }
  };
  return (
    <div className="space-y-2">
      <div
        className={`relative flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-dashed px-3 py-2 text-sm text-muted has-focus-visible:outline-2 has-focus-visible:outline-accent ${isOver ? 'border-accent bg-accent-soft' : 'border-line-strong'}`}
      >
        <span aria-hidden="true" className="rounded-md border border-line bg-surface px-2.5 py-1 text-ink">
          {label}
        </span>
        {children}
        {/* It lies over the whole place, because browsers let files be dropped on such a field by themselves. */}
        <input
          type="file"
          aria-label={label}
          accept={accept}
          className="absolute inset-0 size-full cursor-pointer opacity-0"
          onDragEnter={() => setIsOver(true)}
          onDragLeave={() => setIsOver(false)}
          onDrop={() => setIsOver(false)}
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file can be chosen again after it was changed.
            event.target.value = '';
            void take(file);
          }}
        />
      </div>
      <p role="alert" className="text-sm font-medium break-words text-bad empty:hidden">
        {error}
      </p>
    </div>
  );
}
