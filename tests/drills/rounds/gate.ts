/** Lets work through while it is open, and knows when none is inside. */
export class Gate {
  private opened: PromiseWithResolvers<void> | null = null;
  private emptied: PromiseWithResolvers<void> | null = null;
  private inside = 0;

  /** Runs the work once the gate is open. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    while (this.opened !== null) await this.opened.promise;
    this.inside += 1;
    try {
      return await work();
    } finally {
      this.inside -= 1;
      if (this.inside === 0) this.emptied?.resolve();
    }
  }

  /** Lets nothing more through; resolves when the last work has ended. */
  async close(): Promise<void> {
    this.opened ??= Promise.withResolvers();
    if (this.inside === 0) return;
    this.emptied = Promise.withResolvers();
    await this.emptied.promise;
    this.emptied = null;
  }

  open(): void {
    this.opened?.resolve();
    this.opened = null;
  }
}
