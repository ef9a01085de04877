/**
 * The one place for work that runs later: after a time, again and again, in the next turn, or when something is heard.
 * An error that escaped from such work would end Node-RED; here it is handed to `onFault`, and all else goes on.
 */

/** Ends it; what is not due yet never runs. */
export type Cancel = () => void

interface Emitter {
  on(event: string, listener: (...args: unknown[]) => void): unknown
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown
}

export class Deferred {
  readonly #onFault: (error: Error) => void
  readonly #pending = new Set<Cancel>()

  constructor(onFault: (error: Error) => void) {
    this.#onFault = onFault
  }

  /** Runs work once, after a time. */
  after(ms: number, work: () => void): Cancel {
    const timer = setTimeout(() => {
      this.#pending.delete(cancel)
      this.run(work)
    }, ms)
    const cancel = this.#keep(() => clearTimeout(timer))
    return cancel
  }

  /** Runs work again and again; that alone does not keep the process running. */
  every(ms: number, work: () => void): Cancel {
    const timer = setInterval(() => this.run(work), ms)
    timer.unref()
    return this.#keep(() => clearInterval(timer))
  }

  /** Runs work when all that waits now has had its turn. */
  soon(work: () => void): Cancel {
    const turn = setImmediate(() => {
      this.#pending.delete(cancel)
      this.run(work)
    })
    const cancel = this.#keep(() => clearImmediate(turn))
    return cancel
  }

  /** Runs work each time an emitter says something. */
  hear(emitter: Emitter, event: string, work: () => void): Cancel {
    const listener = (): void => this.run(work)
    emitter.on(event, listener)
    return this.#keep(() => void emitter.removeListener(event, listener))
  }

  /** Follows a promise; its rejection is a fault like any other. */
  follow(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#tell(error))
  }

  /** Runs work now, with the same care. */
  run(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#tell(error)
    }
  }

  /** Ends all of it. */
  stop(): void {
    for (const cancel of [...this.#pending]) cancel()
  }

  #keep(end: () => void): Cancel {
    const cancel = (): void => {
      this.#pending.delete(cancel)
      end()
    }
    this.#pending.add(cancel)
    return cancel
  }

  #tell(error: unknown): void {
    try {
      this.#onFault(error instanceof Error ? error : new Error(String(error)))
    } catch {
      // Who is to be told cannot hear it; the work of others goes on.
    }
  }
}
