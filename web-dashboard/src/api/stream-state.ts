let isOpen = false;

/** Whether events arrive at this moment; if so, nothing has to be polled often. */
export function isStreamOpen(): boolean {
  return isOpen;
}

export function setStreamOpen(open: boolean): void {
  isOpen = open;
}
