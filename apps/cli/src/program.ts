import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { aliasCommand } from './commands/alias/command.ts';
import { auditCommand } from './commands/audit/command.ts';
import { backupCommand } from './commands/backup/command.ts';
import { completionCommand } from './commands/completion/command.ts';
import { configCommand } from './commands/config/command.ts';
import { addGlobalOptions } from './commands/context.ts';
import { eventsCommand } from './commands/events/command.ts';
import { gatewayCommand } from './commands/gateway/command.ts';
import { keyCommand } from './commands/key/command.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { modelCommand } from './commands/model/command.ts';
import { openapiCommand } from './commands/openapi.ts';
import { predictCommand } from './commands/predict/command.ts';
import { restoreCommand } from './commands/restore.ts';
import { routeCommand } from './commands/route/command.ts';
import { settingsCommand } from './commands/settings/command.ts';
import { statusCommand } from './commands/status.ts';
import { trafficCommand } from './commands/traffic/command.ts';
import { upCommand } from './commands/up.ts';
import { userCommand } from './commands/user/command.ts';
import { versionCommand } from './commands/version.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { exitCodeMeanings } from './output/exit-codes.ts';

const exitCodesText = `Exit codes: ${Object.entries(exitCodeMeanings)
  .map(([code, meaning]) => `${code} ${meaning}`)
  .join('; ')}`;

/** The whole command line as data. */
export function cliProgram(): Command {
  const program = addGlobalOptions(new Command('cluster-ai'))
    .description('Serves machine learning models')
    .version(packageJson.version, '--version', 'print the version')
    .addCommand(upCommand())
    .addCommand(statusCommand())
    .addCommand(loginCommand())
    .addCommand(logoutCommand())
    .addCommand(whoamiCommand())
    .addCommand(modelCommand())
    .addCommand(aliasCommand())
    .addCommand(routeCommand())
    .addCommand(predictCommand())
    .addCommand(gatewayCommand())
    .addCommand(trafficCommand())
    .addCommand(eventsCommand())
    .addCommand(keyCommand())
    .addCommand(userCommand())
    .addCommand(auditCommand())
    .addCommand(backupCommand())
    .addCommand(restoreCommand())
    .addCommand(settingsCommand())
    .addCommand(configCommand())
    .addCommand(openapiCommand())
    .addCommand(completionCommand())
    .addCommand(versionCommand())
    .addHelpText('after', `\n${exitCodesText}`);
  showGlobalOptions(program);
  return program;
}

/** They fit behind every command, so the help of every command names them. */
function showGlobalOptions(command: Command): void {
  command.configureHelp({ showGlobalOptions: true });
  for (const each of command.commands) showGlobalOptions(each);
}
