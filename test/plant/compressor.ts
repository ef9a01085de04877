/** A compressor with load/unload control: it fills a receiver up to the cut-out pressure and waits for the cut-in. */

import { COMPRESSOR as C, LEAK, VENT } from './line-data.ts'

/** Flows are shares of the full delivery; sums of air are seconds of full delivery. */
export class Compressor {
  pressureBar = (C.cutInBar + C.cutOutBar) / 2
  mode: 'loaded' | 'unloaded' | 'off' = 'unloaded'
  loadStarts = 0
  readonly air = { delivered: 0, used: 0, leaked: 0, vented: 0 }
  #opening = 0
  #unloadedFor = 0

  /** One second with a demand of air and a sound or a stuck valve; gives the electric power, kW. */
  step(demand: number, stuckValve: boolean): number {
    this.#control()
    const delivered = this.mode === 'loaded' ? 1 : 0
    const vented = stuckValve && this.mode !== 'loaded' ? VENT : 0
    this.air.delivered += delivered
    this.air.used += demand
    this.air.leaked += LEAK
    this.air.vented += vented
    this.pressureBar += (delivered - demand - LEAK - vented) * BAR_PER_SECOND
    return this.mode === 'loaded' ? C.loadedKW : this.mode === 'unloaded' ? C.unloadedKW : C.standbyKW
  }

  /** Air above the cut-in pressure, seconds of full delivery. */
  get stored(): number {
    return (this.pressureBar - C.cutInBar) / BAR_PER_SECOND
  }

  #control(): void {
    if (this.mode === 'loaded') {
      if (this.pressureBar >= C.cutOutBar) this.mode = 'unloaded'
      this.#unloadedFor = 0
      return
    }
    this.#opening = this.pressureBar <= C.cutInBar ? this.#opening + 1 : 0
    this.#unloadedFor++
    if (this.#opening > C.loadDelaySeconds) {
      this.mode = 'loaded'
      this.#opening = 0
      this.loadStarts++
    } else if (this.#unloadedFor > C.motorOffSeconds) this.mode = 'off'
  }
}

const BAR_PER_SECOND = (C.cutOutBar - C.cutInBar) / C.receiverSeconds
