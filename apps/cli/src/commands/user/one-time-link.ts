import type { User } from '@cluster-ai/contract/api/users.ts';
import type { OutputFormat } from '../../output/format.ts';
import { print } from '../../output/print.ts';
import { timeText, visible } from '../../output/table.ts';

interface OneTimeLink {
  readonly user: User;
  readonly url: string;
  readonly expiresAt: string;
}

/**
 * Prints a link that is shown this once: the link alone on stdout, where it can be piped on, and what to do with it on
 * stderr; all of it as data with `-o json` and `-o yaml`.
 */
export function printOneTimeLink(format: OutputFormat, link: OneTimeLink): void {
  if (format === 'table') {
    const { user, expiresAt } = link;
    process.stderr.write(
      `${[
        `${visible(user.email)} (${user.role}) sets a name and a password with this link. It works once, until ${timeText(expiresAt)}, and is not shown again.`,
        'Hand it over where only they read it: whoever opens it first signs in as them.',
        `If it was lost or has expired, make another: cluster-ai user link ${visible(user.email)}`,
      ].join('\n')}\n`,
    );
  }
  print(format, link, () => link.url);
}
