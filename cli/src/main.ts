#!/usr/bin/env node
import { Command } from 'commander';

await new Command('clawcierge')
  .description('The command line of a Clawcierge platform, and the bridges that make existing tools its agents.')
  .parseAsync();
