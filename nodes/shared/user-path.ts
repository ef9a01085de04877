import { isAbsolute, relative, resolve, sep } from 'node:path'

/**
 * The absolute path of a file or folder that a dialog names. A relative one lies in the Node-RED user directory and may
 * not lead out of it; an absolute one is taken as it is. Throws with the field's name.
 */
export function userPath(path: string, userDir: unknown, field: string): string {
  if (path.trim() === '') throw new Error(`${field}: expected a file or folder, got nothing`)
  if (isAbsolute(path)) return resolve(path)
  if (typeof userDir !== 'string') {
    throw new Error(`${field}: expected an absolute path, because Node-RED has no user directory here, got "${path}"`)
  }
  const full = resolve(userDir, path)
  const way = relative(resolve(userDir), full)
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new Error(`${field}: expected a path inside the Node-RED user directory, or an absolute one, got "${path}"`)
  }
  return full
}
