import { unattendedHeader } from '@cluster-ai/contract/api/unattended.ts';

/** Without a touch for this long, what the page asks is asked by the page alone. */
const attendedForMs = 60_000;

const touches = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Opening the page is the first touch. */
let touchedAtMs = performance.now();

/** Notes from now on when somebody touches the page. */
export function watchAttendance(page: EventTarget): void {
  const touch = () => {
    touchedAtMs = performance.now();
  };
  for (const name of touches) page.addEventListener(name, touch, { capture: true, passive: true });
}

/** The headers for a call that is made now. */
export function attendanceHeaders(): Readonly<Record<string, string>> {
  const isAttended = performance.now() - touchedAtMs <= attendedForMs;
  return isAttended ? {} : { [unattendedHeader]: 'true' };
}
