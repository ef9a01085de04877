/** A real Node-RED in a process of its own, with this package installed as a user would have it. */

import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { freePort } from './ports.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const require = createRequire(import.meta.url)

export interface NodeRedOptions {
  /** The user directory; it must lie below the project, whose node_modules hold the other node packages. */
  userDir: string
  /** The flows to run, as in an exported file. */
  flows: unknown[]
  /** 0 takes a free one. */
  port: number
  log?: (line: string) => void
  /** The package lies in the user directory already. */
  installed?: boolean
}

export class NodeRed {
  readonly url: string
  readonly #process: ChildProcess
  readonly #exited: Promise<void>

  constructor(process: ChildProcess, url: string) {
    this.#process = process
    this.url = url
    this.#exited = new Promise((resolve) => process.once('exit', () => resolve()))
  }

  /** Resolves when the process has ended, however it did. */
  get exited(): Promise<void> {
    return this.#exited
  }

  /** Asks it to stop, and resolves when it has. */
  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    await this.#exited
  }

  /** Ends it without a chance to tidy up. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL')
    await this.#exited
  }
}

/** Starts Node-RED and resolves when its flows run; an error with its last words where it ends before that. */
export async function startNodeRed(options: NodeRedOptions): Promise<NodeRed> {
  const { userDir, flows, port, log = () => undefined } = options
  const free = await freePort(port, 'port')
  if (!options.installed) installPackage(userDir)
  prepare(userDir, flows, free)
  const child = spawn(process.execPath, [require.resolve('node-red/red.js'), '--userDir', userDir], {
    cwd: userDir,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const words: string[] = []
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      for (const line of chunk.toString().split('\n').filter(Boolean)) {
        words.push(line)
        if (words.length > 40) words.shift()
        log(line)
        if (line.includes('Started flows')) resolve(new NodeRed(child, `http://127.0.0.1:${free}`))
      }
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`Node-RED ended with code ${code}:\n${words.join('\n')}`)))
  })
}

function prepare(userDir: string, flows: unknown[], port: number): void {
  mkdirSync(userDir, { recursive: true })
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, string>
  const own = { name: 'node-red-project', version: '0.0.1', private: true, dependencies: { [name!]: version } }
  writeFileSync(join(userDir, 'package.json'), JSON.stringify(own))
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows))
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = ${JSON.stringify({
      flowFile: 'flows.json',
      uiHost: '127.0.0.1',
      uiPort: port,
      credentialSecret: false,
      telemetry: { enabled: false, updateNotification: false },
      diagnostics: { enabled: false },
      editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
      externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
      logging: { console: { level: 'info', metrics: false, audit: false } },
    })}\n`,
  )
}

/** Lays the files of the package into the user directory, as npm would. */
export function installPackage(userDir: string): void {
  const target = join(userDir, 'node_modules', '@mes-carbon', 'node-red')
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
  if (!existsSync(join(ROOT, 'dist'))) throw new Error('dist/ is not there: run `npm run build` first')
  rmSync(target, { recursive: true, force: true })
  for (const file of [...files, 'package.json']) cpSync(join(ROOT, file), join(target, file), { recursive: true })
}
