import { unattendedHeader } from '@cluster-ai/contract/api/unattended.ts';

/** Without a touch for this long, what the page asks is asked by the page alone. */
const attendedForMs = 60_000;

const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

export interface Attendance {
  /** The headers for a call that is made now. */
  headers(): Readonly<Record<string, string>>;
}

/** Notes when somebody touches the page; opening it is the first touch. */
export function watchAttendance(page: EventTarget, nowMs: () => number): Attendance {
  let touchedAtMs = nowMs();
  const touch = () => {
    touchedAtMs = nowMs();
  };
  for (const name of touches) page.addEventListener(name, touch, { capture: true, passive: true });
  const nothing: Readonly<Record<string, string>> = {};
  return {
    headers: () => (nowMs() - touchedAtMs > attendedForMs ? { [unattendedHeader]: 'true' } : nothing),
  };
}
