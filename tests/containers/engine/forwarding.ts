import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const forwarding = '/proc/sys/net/ipv4/ip_forward';

/**
 * An engine switches forwarding on and writes rules of its own into the tables of the kernel.
 * @returns what puts all of it back as it was
 */
export function saveForwarding(): () => void {
  const rules = execFileSync('iptables-save', { encoding: 'utf8' });
  const forwarded = readFileSync(forwarding, 'utf8');
  return () => {
    execFileSync('iptables-restore', { input: rules });
    writeFileSync(forwarding, forwarded);
    // The bridge of the engine, where nothing is left on it.
    if (execFileSync('ip', ['-o', 'link'], { encoding: 'utf8' }).includes(' docker0:')) {
      execFileSync('ip', ['link', 'delete', 'docker0']);
    }
  };
}
