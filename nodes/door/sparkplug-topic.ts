/** Topics of Sparkplug B 3.0: `spBv1.0/<group>/<message type>/<edge>[/<device>]`. */

export const isSparkplug = (topic: unknown): topic is string =>
  typeof topic === 'string' && topic.startsWith('spBv1.0/')

const MESSAGE = /^spBv1\.0\/([^/]+)\/([ND])(BIRTH|DATA)\/([^/]+)(?:\/([^/]+))?$/

export interface SparkplugTopic {
  group: string
  edge: string
  device: string | undefined
  /** The node itself, or a device behind it. */
  level: 'N' | 'D'
  kind: 'BIRTH' | 'DATA'
}

/** `undefined` for what holds no values: deaths, commands and host states. */
export function sparkplugTopic(topic: string): SparkplugTopic | undefined {
  const parts = MESSAGE.exec(topic)
  if (!parts) return undefined
  const [, group, level, kind, edge, device] = parts
  return { group: group!, edge: edge!, device, level: level as 'N' | 'D', kind: kind as 'BIRTH' | 'DATA' }
}

/** What the names of metrics follow: `spBv1.0/<group>/<edge>[/<device>]`. */
export function sparkplugSource(topic: string): string {
  const { group, edge, device } = sparkplugTopic(topic) ?? {}
  return ['spBv1.0', group, edge, device].filter(Boolean).join('/')
}
