import { Command } from 'commander';
import { gatewayListCommand } from './list.ts';
import { gatewayShowCommand } from './show.ts';

export function gatewayCommand(): Command {
  return new Command('gateway')
    .description('Gateways: the programs that answer predictions')
    .addCommand(gatewayListCommand())
    .addCommand(gatewayShowCommand());
}
