/** What a message holds, as samples without regard to any plant model. */

import type { Json } from '../core/fields.ts'
import { NO_RULES, sampleOf } from './decode.ts'
import { itemsOf, nameOf, type Item } from './item.ts'
import { withoutValue, type Sample } from './sample.ts'
import { isFields } from './shape.ts'
import { births, sparkplugSamples } from './sparkplug.ts'
import { isSparkplug } from './sparkplug-topic.ts'

export type { Sample } from './sample.ts'

/** True for what is no reading at all: the OPC UA subscription id, and records such as `energy` without a value. */
export const isNoReading = ({ content }: Item): boolean =>
  isFields(content) && typeof content['type'] === 'string' && !('value' in content)

/**
 * The samples that a message holds, in the order they stand in it.
 *
 * Takes the shapes of the OPC UA client (bare value with `statusCode` and `sourceTimestamp`, `DataValue`, arrays of them),
 * of MQTT (number, numeric text, JSON, UMH, Sparkplug B as a Buffer) and of an inject node; classes and their JSON forms.
 * What is larger than a message may be is one bad sample of its topic.
 */
export function samplesOf(message: object): Sample[] {
  const msg = message as Json
  const { topic } = msg
  if (topic === 'subscriptionId') return []
  try {
    if (isSparkplug(topic) && !isFields(msg['payload'])) return sparkplugSamples(topic, msg['payload'], births)
    return itemsOf(msg)
      .filter((item) => !isNoReading(item))
      .map((item) => sampleOf(item, NO_RULES))
  } catch (error) {
    return [withoutValue({ source: nameOf(topic), value: null, at: null, quality: 'bad' }, (error as Error).message)]
  }
}
