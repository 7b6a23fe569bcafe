import { Command } from 'commander';
import { auditCommand } from './commands/audit/command.ts';
import { configCommand } from './commands/config/command.ts';
import { addGlobalOptions } from './commands/context.ts';
import { loginCommand } from './commands/login.ts';
import { modelCommand } from './commands/model/command.ts';
import { predictCommand } from './commands/predict/command.ts';
import { routeCommand } from './commands/route/command.ts';
import { statusCommand } from './commands/status.ts';
import { upCommand } from './commands/up.ts';
import { versionCommand } from './commands/version.ts';

const exitCodesHelp = `
Exit codes: 0 done, 1 failed, 2 wrong command line or setting, 3 already running, 4 the server cannot be reached`;

/** The whole command line as data. */
export function cliProgram(): Command {
  return addGlobalOptions(new Command('cluster-ai'))
    .description('Serves machine learning models')
    .addCommand(upCommand())
    .addCommand(statusCommand())
    .addCommand(loginCommand())
    .addCommand(modelCommand())
    .addCommand(routeCommand())
    .addCommand(predictCommand())
    .addCommand(auditCommand())
    .addCommand(configCommand())
    .addCommand(versionCommand())
    .addHelpText('after', exitCodesHelp);
}
