/** A message taken apart: each named thing in it that may hold a value. */

import { isAbsent, type Json } from '../core/fields.ts'
import { LIMITS } from '../core/limits.ts'
import { refusal } from '../core/refused.ts'
import { contentOf } from './content.ts'
import { isFields } from './shape.ts'
import { checkSize } from './size.ts'
import { isSparkplug, sparkplugSource } from './sparkplug-topic.ts'

export interface Item {
  /** What the plant model names: a topic, a node id, the name of a tag. */
  source: string
  /** A bare value, or what holds it. */
  content: unknown
  /** The objects that it stands in, from the inside out. */
  around: readonly Json[]
  /** The message's own fields beside topic and payload. */
  msg: Json
  /** What else in the content has a name of its own: a source may be the topic, or one of these. */
  parts?: () => Item[]
}

/** The items of a message, one for each topic or node id in it. Throws where it is larger than a message may be. */
export function itemsOf(msg: Json): Item[] {
  const { topic } = msg
  if (typeof topic === 'string' && topic.length > LIMITS.textChars)
    throw refusal('topic', `at most ${LIMITS.textChars} characters`, topic)
  const content = contentOf(msg['payload'])
  checkSize(content)
  if (isSparkplug(topic) && isFields(content)) return metricsOf(topic, content, msg)
  const ids = idsOf(msg, content)
  if (ids) return ids.map((id, i) => itemOf(nameOf(id), (content as unknown[])[i], besides(msg)))
  // One item that is no reading does not take the others along.
  if (Array.isArray(content) && content.some(isFields)) return content.flatMap((element) => ofElement(element, msg))
  // Without a topic a value may still name itself.
  if (nameOf(topic) === '' && isFields(content) && 'value' in content) return ofElement(content, msg)
  return [itemOf(nameOf(topic), content, msg)]
}

/** The metrics of a decoded Sparkplug payload, named like those of an encoded one. */
function metricsOf(topic: string, content: Json, msg: Json): Item[] {
  const { source, content: _whole, ...rest } = itemOf(sparkplugSource(topic), content, msg)
  return partsOf(content, { source, content, ...rest }).map((part) => ({ ...part, source: `${source}/${part.source}` }))
}

/** The node ids of a multiple read: in the topic, or in `items` beside a list of values. */
function idsOf({ topic, items }: Json, content: unknown): unknown[] | undefined {
  if (!Array.isArray(content)) return undefined
  const ids = [topic, items].find((list) => Array.isArray(list) && list.length === content.length)
  return ids as unknown[] | undefined
}

/** What a message says of all that is in it; its type and status are those of a single value. */
const besides = ({ sourceTimestamp, serverTimestamp, retain }: Json): Json => ({
  sourceTimestamp,
  serverTimestamp,
  retain,
})

/** An element of a list is of the source that it names itself, else another reading of the topic. */
function ofElement(element: unknown, msg: Json): Item[] {
  const name = isFields(element) ? ownName(element) : undefined
  return [itemOf(name ?? nameOf(msg['topic']), element, name === undefined ? msg : besides(msg))]
}

function itemOf(source: string, content: unknown, msg: Json, around: readonly Json[] = []): Item {
  const { name, dataType } = sourceOf(source)
  const item: Item = {
    source: name,
    content,
    around,
    msg: dataType === undefined ? msg : { ...msg, datatype: dataType },
  }
  if (isFields(content)) item.parts = () => partsOf(content, item)
  return item
}

/** The stock OPC UA client writes the type of a node behind its id: `ns=2;s=L1.Energy;datatype=Double`. */
function sourceOf(source: string): { name: string; dataType?: string } {
  const at = source.startsWith('ns=') || source.startsWith('nsu=') ? source.toLowerCase().indexOf(';datatype=') : -1
  return at < 0 ? { name: source } : { name: source.slice(0, at), dataType: source.slice(at + ';datatype='.length) }
}

const LISTS = ['values', 'metrics', 'tags', 'data', 'items', 'vals', 'records'] as const
const hasList = (fields: Json): boolean => LISTS.some((key) => Array.isArray(fields[key]))

/** The tags of an object: the elements of a list that name themselves, else its keys. */
function partsOf(content: Json, { source, around, msg }: Item): Item[] {
  const outside = [content, ...around]
  for (const key of LISTS) {
    const list = content[key]
    if (!Array.isArray(list) || list.length === 0 || !list.every(isFields)) continue
    return list.flatMap((element: Json) => {
      const name = ownName(element)
      if (name === undefined)
        return hasList(element) ? partsOf(element, { source: '', content: element, around: outside, msg }) : []
      const inner =
        isFields(element['value']) && Array.isArray(element['value']['metrics']) ? element['value'] : undefined
      // A template of Sparkplug has metrics of its own.
      if (inner)
        return partsOf(inner, { source: name, content: inner, around: [element, ...outside], msg }).map((part) => ({
          ...part,
          source: `${name}/${part.source}`,
        }))
      return [itemOf(name, element, besides(msg), outside)]
    })
  }
  if (source !== '' && 'value' in content) return []
  const inner = [content['values'], content['Values']].find(isFields) ?? content
  return Object.keys(inner).map((key) => itemOf(key, inner[key], besides(msg), outside))
}

const NAMES = ['id', 'nodeId', 'tag', 'name', 'source', 'topic', 'n'] as const

/** The name that an element of a list gives itself. */
function ownName(element: Json): string | undefined {
  const key = NAMES.find(
    (name) => (typeof element[name] === 'string' && element[name] !== '') || isFields(element[name]),
  )
  const name = key === undefined ? '' : nameOf(element[key])
  return name === '' ? undefined : name
}

/** A topic, or the `nodeId` of an item of a multiple read. */
export function nameOf(topic: unknown): string {
  const name = isFields(topic) && 'nodeId' in topic ? topic['nodeId'] : topic
  if (typeof name === 'string' || typeof name === 'number') return String(name)
  try {
    // A node id of an OPC UA library is an object that knows its text.
    return !isAbsent(name) && isFields(name) && name.toString !== Object.prototype.toString ? String(name) : ''
  } catch {
    return ''
  }
}
