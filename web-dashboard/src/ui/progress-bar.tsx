interface ProgressBarProps {
  readonly label: string;
  /** 0 to 1. */
  readonly share: number;
}

/** How much of something is done. The figures stand beside it in words. */
export function ProgressBar({ label, share }: ProgressBarProps) {
  return (
    <progress
      aria-label={label}
      max={100}
      value={Math.round(share * 1_000) / 10}
      className="block h-2 w-full appearance-none overflow-hidden rounded-full border-0 bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
    />
  );
}
