/** A loopback stand-in for NESO's Carbon Intensity API: the same addresses, bodies and traps, with faults to switch on. */

import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Slot {
  from: string
  to: string
  intensity: { forecast?: number | null; actual?: unknown; index?: string }
}

export type Fault =
  '500' | 'hang' | 'trickle' | 'truncated' | 'html' | 'empty' | '403' | '404' | '429' | 'redirect' | 'wrong-slot'

const SLOT_MS = 1_800_000
export const nesoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`

export class NesoStandIn {
  readonly #server: Server
  readonly #open = new Set<ServerResponse>()
  /** By the start of the slot. */
  readonly slots = new Map<string, Slot>()
  readonly asked: string[] = []
  fault: Fault | undefined

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '')
      this.#open.add(response)
      this.#answer(request.url ?? '', response)
    })
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** A half-hour of the country; `undefined` leaves the field out. */
  put(from: number, intensity: Slot['intensity']): void {
    const slot = { from: nesoTime(from), to: nesoTime(from + SLOT_MS), intensity }
    this.slots.set(slot.from, slot)
  }

  #answer(url: string, response: ServerResponse): void {
    const json = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
    }
    const path = /^(\/regional)?\/intensity\/([^/]+)\/([^/]+)(?:\/regionid\/(\d+))?$/.exec(url)
    const [from, to] = [Date.parse(path?.[2] ?? ''), Date.parse(path?.[3] ?? '')]
    if (this.fault) return this.#fail(this.fault, response)
    if (!path || !(from < to)) return json(400, refusal('Please enter a valid path'))
    if (to - from > 14 * 86_400_000) return json(400, refusal('The maximum date range is limited to 14 days.'))
    const data = this.#between(from, to)
    if (!path[1]) return json(200, { data })
    // A region has its slots one level deeper, and no actual value.
    const slots = data.map(({ intensity: { forecast, index }, ...slot }) => ({
      ...slot,
      intensity: { forecast, index },
    }))
    json(200, { data: { regionid: Number(path[4]), shortname: 'London', data: slots } })
  }

  /** The half-hour that ends at `from` comes too, as it does in the real service. */
  #between(from: number, to: number): Slot[] {
    return [...this.slots.values()].filter((s) => Date.parse(s.to) >= from && Date.parse(s.from) < to)
  }

  #fail(fault: Fault, response: ServerResponse): void {
    const whole = JSON.stringify({ data: [...this.slots.values()] })
    const faults: Record<Fault, () => void> = {
      '500': () => response.writeHead(500).end('upstream error'),
      '403': () => response.writeHead(403).end(JSON.stringify(refusal('Forbidden'))),
      '404': () => response.writeHead(404).end('not here'),
      '429': () => response.writeHead(429, { 'retry-after': '7' }).end(),
      redirect: () => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
      hang: () => undefined,
      trickle: () => void response.writeHead(200).write('{"data":['),
      truncated: () => response.writeHead(200).end(whole.slice(0, -20)),
      html: () => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Down for maintenance</html>'),
      empty: () => response.writeHead(200).end('{"data":[]}'),
      'wrong-slot': () => {
        const late = { from: '1999-01-01T00:00Z', to: '1999-01-01T00:30Z', intensity: { forecast: 100, actual: 100 } }
        response.writeHead(200).end(JSON.stringify({ data: [late] }))
      },
    }
    faults[fault]()
  }
}

const refusal = (message: string): object => ({ error: { code: '400 Bad Request', message } })
