/** A plain node-opcua client for tests: reads, subscriptions and events. */

import {
  AttributeIds,
  ClientMonitoredItem,
  ClientSubscription,
  MessageSecurityMode,
  OPCUACertificateManager,
  OPCUAClient,
  SecurityPolicy,
  TimestampsToReturn,
  constructEventFilter,
  type ClientSession,
  type DataValue,
  type MonitoringParametersOptions,
  type Variant,
} from 'node-opcua'

export class PlantClient {
  readonly #client: OPCUAClient
  readonly #session: ClientSession
  readonly #subscription: ClientSubscription

  private constructor(client: OPCUAClient, session: ClientSession) {
    this.#client = client
    this.#session = session
    this.#subscription = ClientSubscription.create(session, {
      requestedPublishingInterval: 50,
      requestedLifetimeCount: 1000,
      requestedMaxKeepAliveCount: 10,
      maxNotificationsPerPublish: 10_000,
      publishingEnabled: true,
      priority: 1,
    })
  }

  /** Connects without security; `pki` is the folder of the client's own certificate. */
  static async connect(endpoint: string, pki: string): Promise<PlantClient> {
    const client = OPCUAClient.create({
      endpointMustExist: false,
      securityMode: MessageSecurityMode.None,
      securityPolicy: SecurityPolicy.None,
      clientCertificateManager: new OPCUACertificateManager({ rootFolder: pki, disableFileWatchers: true }),
    })
    await client.connect(endpoint)
    return new PlantClient(client, await client.createSession())
  }

  read(nodeId: string): Promise<DataValue> {
    return this.#session.read({ nodeId, attributeId: AttributeIds.Value })
  }

  /** Collects the values of each node as they come, the present one first. */
  async subscribe(
    nodeIds: readonly string[],
    parameters: MonitoringParametersOptions,
  ): Promise<Map<string, DataValue[]>> {
    const seen = new Map<string, DataValue[]>()
    for (const nodeId of nodeIds) {
      const item = await this.#monitor(nodeId, AttributeIds.Value, parameters)
      item.on('changed', (value: DataValue) => seen.set(nodeId, [...(seen.get(nodeId) ?? []), value]))
    }
    return seen
  }

  /** Collects the chosen fields of the events of an object. */
  async events(nodeId: string, fields: string[]): Promise<Variant[][]> {
    const seen: Variant[][] = []
    const parameters = { samplingInterval: 0, queueSize: 1000, filter: constructEventFilter(fields) }
    const item = await this.#monitor(nodeId, AttributeIds.EventNotifier, parameters)
    item.on('changed', (values: Variant[]) => seen.push(values))
    return seen
  }

  async close(): Promise<void> {
    await this.#session.close(true)
    await this.#client.disconnect()
  }

  async #monitor(nodeId: string, attributeId: AttributeIds, parameters: MonitoringParametersOptions) {
    const all = { discardOldest: true, ...parameters }
    const item = ClientMonitoredItem.create(this.#subscription, { nodeId, attributeId }, all, TimestampsToReturn.Both)
    await new Promise<void>((resolve, reject) => {
      item.once('initialized', resolve)
      item.once('err', (message) => reject(new Error(`${nodeId}: ${message}`)))
    })
    return item
  }
}

/** Waits until something holds; the test's own timeout ends it otherwise. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20))
}
