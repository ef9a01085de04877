/** Ports of 127.0.0.1. */

import { createServer } from 'node:net'

/** The port, or a free one for 0; where it is in use, an error that names the option and says what to do. */
export function freePort(port: number, option: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => reject(portError(error, port, option)))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}

function portError(error: NodeJS.ErrnoException, port: number, option: string): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new Error(`${option}: expected a free port, got ${port}, which is in use; stop what uses it or choose another`)
}
