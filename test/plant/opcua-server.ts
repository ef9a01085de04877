/** The plant's OPC UA server: real node-opcua on 127.0.0.1, every value with the simulated source time. */

import {
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAServer,
  SecurityPolicy,
  nodesets,
  type MonitoredItem,
  type ServerSession,
  type Subscription,
} from 'node-opcua'
import type { PlantFact } from './facts.ts'
import { PlantSpace } from './opcua-space.ts'
import { freePort } from './ports.ts'

export interface PlantServer {
  endpoint: string
  port: number
  /** Writes a fact of an OPC UA source; gives false where the source is not one of this server. */
  apply(fact: PlantFact): boolean
  /** Resolves when a client watches values and has asked for no more of them for a second. */
  subscribed(): Promise<void>
  close(): Promise<void>
}

export interface PlantServerOptions {
  /** 0 takes a free one. */
  port: number
  /** Folder for the server's certificate and key; kept, it makes the next start faster. */
  pki: string
}

/** Starts the server; an error that names the port where it is in use. */
export async function startOpcUaServer({ port, pki }: PlantServerOptions): Promise<PlantServer> {
  const free = await freePort(port, 'opcuaPort')
  const certificates = new OPCUACertificateManager({
    rootFolder: pki,
    automaticallyAcceptUnknownCertificate: true,
    disableFileWatchers: true,
  })
  const server = makeServer(free, certificates)
  await server.initialize()
  const space = new PlantSpace(server.engine.addressSpace!)
  await server.start()
  const watched = watchItems(server)
  const close = async (): Promise<void> => {
    await server.shutdown(0)
    await certificates.dispose()
  }
  return {
    endpoint: `opc.tcp://127.0.0.1:${free}`,
    port: free,
    apply: (fact) => space.apply(fact),
    subscribed: () => watched,
    close,
  }
}

const makeServer = (port: number, certificates: OPCUACertificateManager): OPCUAServer =>
  new OPCUAServer({
    port,
    host: '127.0.0.1',
    hostname: '127.0.0.1',
    securityPolicies: [SecurityPolicy.None],
    securityModes: [MessageSecurityMode.None],
    allowAnonymous: true,
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    nodesets: [nodesets.standard, nodesets.packML, nodesets.isa95JobControl],
    serverInfo: { applicationUri: 'urn:acme:leeds:plant' },
    // 0: a client that asks for a sampling interval of 0 gets every change.
    serverCapabilities: { minSupportedSampleRate: 0, maxSessions: 100 },
    maxConnectionsPerEndpoint: 100,
  })

const QUIET_MS = 1000
/**
 * The server keeps this many changes for a client that is behind, or gone: node-opcua asserts that the value it marks
 * as an overflow is of good quality, and ours are not always.
 */
const QUEUE_SIZE = 1_000_000

function watchItems(server: OPCUAServer): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    server.on('session_activated', (session: ServerSession) => {
      session.on('new_subscription', (subscription: Subscription) => {
        subscription.on('monitoredItem', (item: MonitoredItem) => {
          item.queueSize = QUEUE_SIZE
          clearTimeout(timer)
          timer = setTimeout(resolve, QUIET_MS)
        })
      })
    })
  })
}
