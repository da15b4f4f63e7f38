// The `vigil` command. Logs and progress go to standard error, what was asked for goes to standard output; exit codes: 0 done, 1 failed, 2 bad
// input, 3 busy.

import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { configFrom, optionTable } from './config.ts'
import { VigilError } from './errors.ts'
import { collectSeldom } from './heap.ts'
import { closeOnSignal, runCommand } from './run.ts'

// A command loads its rooms when it runs: the provider and the database take a second, which nobody waits for who mistyped an option.

interface Command {
  readonly summary: string
  /** Printed by `vigil <command> --help`. */
  help(): string | Promise<string>
  run(args: readonly string[]): Promise<void>
}

const commands: Readonly<Record<string, Command>> = {
  serve: {
    summary: 'run the stand-alone identity provider',
    help: () => helpOf('serve', Object.keys(optionTable) as (keyof typeof optionTable)[]),
    run: serve
  },
  migrate: {
    summary: 'bring the database to the present schema',
    help: () => helpOf('migrate', ['database', 'data']),
    run: migrate
  },
  keys: {
    summary: 'the keys that sign tokens: what is published, and a new one in their place',
    help: async () => (await import('./commands/keys.ts')).keysHelp,
    run: async (args) => {
      const { openStorage } = await import('./adapters/index.ts')
      await (await import('./commands/keys.ts')).keys(args, openStorage)
    }
  },
  recover: {
    summary: 'a link to set a new password, for a person who cannot sign in any more',
    help: async () => (await import('./commands/recover.ts')).recoverHelp,
    run: async (args) => {
      const { openStorage } = await import('./adapters/index.ts')
      await (await import('./commands/recover.ts')).recover(args, openStorage)
    }
  },
  replay: {
    summary: 'play recordings to a running provider as a person without a screen',
    help: async () => (await import('./replay/replay-command.ts')).replayHelp,
    run: async (args) => (await import('./replay/replay-command.ts')).replay(args)
  },
  load: {
    summary: 'many people at once on a running provider, and how it bears them',
    help: async () => (await import('./commands/load.ts')).loadHelp,
    run: async (args) => (await import('./commands/load.ts')).load(args)
  },
  population: {
    summary: 'learn from recordings whom people are told apart from',
    help: async () => (await import('./commands/population.ts')).populationCommandHelp,
    run: async (args) => (await import('./commands/population.ts')).population(args)
  },
  score: {
    summary: 'score recordings against people',
    help: async () => (await import('./commands/score.ts')).scoreHelp,
    run: async (args) => (await import('./commands/score.ts')).score(args)
  },
  watch: {
    summary: 'play streams against people as the live engine would',
    help: async () => (await import('./commands/watch.ts')).watchHelp,
    run: async (args) => (await import('./commands/watch.ts')).watch(args)
  },
  evaluate: {
    summary: 'run the protocols on recorded people and draw a report',
    help: async () => (await import('./evaluation/command.ts')).evaluateHelp,
    run: async (args) => (await import('./evaluation/command.ts')).evaluate(args)
  }
}

await runCommand(async () => {
  const [name, ...args] = process.argv.slice(2)
  if (asksForHelp(name)) return print(args[0] === undefined ? usage() : await commandOf(args[0]).help())
  const command = commandOf(name)
  if (args.some((arg) => arg !== 'help' && asksForHelp(arg))) return print(await command.help())
  await command.run(args)
})

function asksForHelp(word: string | undefined): word is undefined | 'help' | '--help' | '-h' {
  return word === undefined || word === 'help' || word === '--help' || word === '-h'
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new VigilError('usage', `there is no command ${JSON.stringify(name)}; "vigil help" lists them`)
  return command
}

async function serve(args: readonly string[]): Promise<void> {
  refuseArguments(args)
  const config = configFrom(process.env)
  collectSeldom()
  const { startServer } = await import('./server.ts')
  const logger = pino({ name: 'vigil', level: config.logLevel }, pino.destination(2))
  const server = await startServer({ ...config, logger })
  closeOnSignal(() => server.close())
  if (server.administratorLink !== undefined) {
    print(`The administrator sets a password here, once: ${server.administratorLink}\n`)
  }
  logger.info({ issuer: server.issuer }, 'serving')
}

async function migrate(args: readonly string[]): Promise<void> {
  refuseArguments(args)
  const { database } = configFrom({ SECRET_KEY: 'not needed here', ...process.env })
  const { openStorage } = await import('./adapters/index.ts')
  const storage = await openStorage({ database })
  await storage.close()
  print('The database has the present schema.\n')
}

function usage(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`)
  return `vigil <command>\n\n${lines.join('\n')}\n\n"vigil help <command>" says more.\n`
}

/** What a command does and the environment variables that it reads. */
function helpOf(name: string, options: readonly (keyof typeof optionTable)[]): string {
  const rows = options.map((option) => optionTable[option])
  const width = Math.max(...rows.map(({ env }) => env.length))
  const lines = rows.map(
    ({ env, meaning, default: standard }) =>
      `  ${env.padEnd(width)}  ${meaning} (${standard === undefined ? 'required' : standard})`
  )
  return `vigil ${name}: ${commands[name]!.summary}\n\nSet in the environment:\n\n${lines.join('\n')}\n`
}

function refuseArguments(args: readonly string[]): void {
  try {
    parseArgs({ args: [...args], options: {} })
  } catch (cause) {
    throw new VigilError('usage', `${(cause as Error).message.split('\n')[0]}; see "vigil help"`, { cause })
  }
}

function print(text: string): void {
  process.stdout.write(text)
}
