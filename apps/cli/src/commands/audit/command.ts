import { Command } from 'commander';
import { auditExportCommand } from './export.ts';
import { auditListCommand } from './list.ts';
import { auditVerifyCommand } from './verify.ts';

export function auditCommand(): Command {
  return new Command('audit')
    .description('The audit log: who changed what, and whether it is still what was written')
    .addCommand(auditListCommand())
    .addCommand(auditVerifyCommand())
    .addCommand(auditExportCommand());
}
