import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { searchOf, timeRangeOf, type TimeRange } from './time-range.ts';

/** The time range of the address, and how to change it. It belongs to the frame and follows across pages. */
export function useTimeRange(): { readonly range: TimeRange; readonly setRange: (range: TimeRange) => void } {
  const { range, from, to } = useSearch({ from: '/shell' });
  const navigate = useNavigate();
  return useMemo(
    () => ({
      range: timeRangeOf({ range, from, to }),
      setRange: (next: TimeRange) =>
        void navigate({ to: '.', search: (old) => ({ ...old, ...searchOf(next) }), resetScroll: false }),
    }),
    [range, from, to, navigate],
  );
}
