/** Has something to do at the end of a turn of the event loop. */
export interface TurnMember {
  endTurn(): void;
}

/** Gathers who has something to send, and lets all of them send it when the turn is over: one write a connection. */
export class TurnEnd {
  private members: TurnMember[] = [];

  add(member: TurnMember): void {
    if (this.members.push(member) === 1) setImmediate(this.run);
  }

  private readonly run = (): void => {
    const { members } = this;
    this.members = [];
    for (const member of members) member.endTurn();
  };
}
