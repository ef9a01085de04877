/** The one way providers ask the network: bounded in time and size, and silent about what an address may carry. */

import axios, { isAxiosError, type AxiosResponse } from 'axios'
import { ProviderFault } from './provider.ts'

const MAX_BYTES = 8_000_000
const MAX_RETRY_AFTER_S = 86_400

export interface Ask {
  timeoutMs: number
  signal: AbortSignal
  headers?: Record<string, string>
}

/** The JSON body behind an address. Rejects with a `ProviderFault` that names the address without its query. */
export async function getJson(url: string, { timeoutMs, signal, headers = {} }: Ask): Promise<unknown> {
  const place = bare(url)
  const response = await ask(url, { timeoutMs, signal, headers }).catch((error: unknown) => {
    if (signal.aborted) throw signal.reason
    throw new ProviderFault('down', `${place}: ${reasonOf(error, timeoutMs)}`)
  })
  if (response.status !== 200) throw faultOf(response, place)
  try {
    return JSON.parse(response.data)
  } catch {
    const kind = String(response.headers['content-type'] ?? 'no content type').slice(0, 60)
    throw new ProviderFault('no-data', `${place}: expected JSON, got ${response.data.length} characters of ${kind}`)
  }
}

function ask(url: string, { timeoutMs, signal, headers }: Required<Ask>): Promise<AxiosResponse<string>> {
  return axios.get<string>(url, {
    headers: { accept: 'application/json', ...headers },
    // One clock over the whole answer: a body that trickles in must end too.
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    maxContentLength: MAX_BYTES,
    maxRedirects: 0,
    responseType: 'text',
    transformResponse: (body: string) => body,
    validateStatus: () => true,
  })
}

/** An address as it may be shown: queries and user names can carry keys. */
export function bare(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

/** The address of a service from a dialog; throws where it is not one of http or https. */
export function baseUrlFrom(value: string, field = 'baseUrl'): string {
  const url = URL.parse(value)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new Error(
      `${field}: expected an address that begins with https:// or http://, got "${url ? bare(value) : value}"`,
    )
  }
  return value.replace(/\/+$/, '')
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!isAxiosError(error)) return String(error)
  return error.code === 'ERR_CANCELED'
    ? `no complete answer within ${timeoutMs / 1000} s`
    : (error.code ?? error.message)
}

function faultOf({ status, headers, data }: AxiosResponse<string>, place: string): ProviderFault {
  const said = `${place}: answered ${status}${messageIn(data)}`
  if (status === 401 || status === 403) return new ProviderFault('refused', said)
  if (status === 429) return new ProviderFault('busy', said, retryAfterMs(headers['retry-after']))
  if (status >= 500) return new ProviderFault('down', said)
  return new ProviderFault('asked-wrongly', said)
}

/** Seconds; the date form of the header is rare and only costs the default wait. */
function retryAfterMs(header: unknown): number | undefined {
  const seconds = Number(header ?? NaN)
  return seconds >= 0 ? Math.min(seconds, MAX_RETRY_AFTER_S) * 1000 : undefined
}

/** The provider's own words, where its error is JSON of a known shape. */
function messageIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as { error?: string | { message?: string }; message?: string }
    const words = typeof error === 'string' ? error : (error?.message ?? message)
    return typeof words === 'string' ? `, ${words.replace(/\p{Cc}/gu, ' ').slice(0, 120)}` : ''
  } catch {
    return ''
  }
}
