/** The parts of node-red-node-test-helper that the specs use; the package brings no types of its own. */
declare module 'node-red-node-test-helper' {
  import type { Node, NodeAPI } from 'node-red'

  type Register = (RED: NodeAPI) => void
  interface FlowNode {
    id: string
    type: string
    [property: string]: unknown
  }
  /** A node on the bench: beside `input` it emits `call:<method>` with `{ args }` for each call of its methods. */
  interface BenchNode extends Omit<Node, 'on' | 'receive'> {
    on(event: string, listener: (argument: never) => void): this
    receive(message?: object): void
  }
  const helper: {
    init(nodeRedPath: string): void
    settings(settings?: object): object
    load(nodes: Register | Register[], flow: FlowNode[], credentials?: Record<string, object>): Promise<void>
    unload(): Promise<void>
    getNode(id: string): BenchNode
    setFlows(flow: FlowNode[], type?: 'full' | 'flows' | 'nodes'): Promise<void>
    startServer(): Promise<void>
    stopServer(): Promise<void>
    clearFlows(): Promise<void>
  }
  export default helper
}
