export const tooltipClass = 'max-w-72 rounded-md bg-ink px-2.5 py-1.5 text-sm text-canvas shadow-raised outline-none';
