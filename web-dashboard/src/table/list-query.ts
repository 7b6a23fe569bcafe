/** Rows of one page: what two screens hold. More would be drawn before anybody can see them. */
const rowsPerPage = 50;

/** What a list asks the API for; `filter` and `sort` are its own grammar. */
export interface ListQuery {
  readonly limit: number;
  readonly filter?: string;
  readonly sort?: string;
  readonly cursor?: string;
}

interface ListPlace {
  readonly filter: string | undefined;
  readonly sort: string | undefined;
  readonly cursor: string | undefined;
}

/** The query of a page of a list, from what its address says. */
export function listQueryOf({ filter, sort, cursor }: ListPlace): ListQuery {
  return {
    limit: rowsPerPage,
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { sort }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
