/** The compressor's low-pressure alarm, a real alarm condition (OPC 10000-9). */

import { ConditionInfo, StatusCodes, type Namespace, type UAObject, type UAVariable } from 'node-opcua'
import { COMPRESSOR } from './line-data.ts'

const FAR = 1e6

/** Raises and clears with the lowest pressure of the last minute; events carry the simulated time. */
export function lowPressureAlarm(namespace: Namespace, compressor: UAObject, pressure: UAVariable): void {
  const alarm = namespace.instantiateNonExclusiveLimitAlarm('NonExclusiveLimitAlarmType', {
    browseName: 'LowPressure',
    nodeId: 's=L1.Comp3.LowPressure',
    componentOf: compressor,
    conditionSource: compressor,
    conditionName: 'Compressor 3 low pressure',
    inputNode: pressure,
    lowLimit: COMPRESSOR.lowAlarmBar,
    highLimit: FAR,
  })
  const limit = `${COMPRESSOR.lowAlarmBar} bar`
  alarm.calculateConditionInfo = (_states, isActive, value) => {
    const info = new ConditionInfo({
      message: isActive ? `Pressure ${value} bar is below ${limit}` : `Pressure ${value} bar is back above ${limit}`,
      severity: isActive ? 500 : 0,
      quality: StatusCodes.Good,
      retain: isActive,
    })
    // The constructor drops the time, the condition that is raised with it reads it.
    return Object.assign(info, { time: pressure.readValue().sourceTimestamp })
  }
}
