import type { Ticket } from './ticket.ts';

/** Settled tickets in front that are let go of at once, so that a long queue is not moved for each of them. */
const compactFrom = 1_024;

/** Lets outcomes go in the order in which the requests came (`preserve_ordering`): what is ready early is held. */
export class OrderedOutcomes {
  private tickets: Ticket[] = [];
  private first = 0;
  private releasing = false;

  enter(ticket: Ticket): void {
    this.tickets.push(ticket);
  }

  /** Lets go what nobody older is still to come before. To be called when something was held, or has settled otherwise. */
  release(): void {
    // A ticket that fails says so to its queue, which calls here.
    if (this.releasing) return;
    this.releasing = true;
    for (let ticket = this.tickets[this.first]; ticket !== undefined; ticket = this.tickets[this.first]) {
      if (!ticket.settled && !ticket.release()) break;
      this.first += 1;
    }
    this.releasing = false;
    if (this.first < compactFrom && this.first < this.tickets.length) return;
    this.tickets = this.tickets.slice(this.first);
    this.first = 0;
  }
}
